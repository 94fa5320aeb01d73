// Programs that are run for their output.
#include "kube/auth/child_process.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "plugin_folder.hpp"

namespace kaito::kube::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

ChildProgram shell(const std::string& script) {
  ChildProgram program;
  program.path = "/bin/sh";
  program.name = "sh";
  program.arguments = {"-c", script};
  program.environment = {"PATH=/usr/bin:/bin"};
  return program;
}

CallLimits soon() {
  return {Deadline::after(seconds(60)), {}};
}

TEST_CASE("output, exit code, signal") {
  const auto good = run_child(shell("echo one; echo two"), soon());
  REQUIRE(good);
  CHECK(good->output == "one\ntwo\n");
  CHECK(good->exit_code == 0);
  CHECK(good->signal == 0);
  const auto three = run_child(shell("exit 3"), soon());
  REQUIRE(three);
  CHECK(three->exit_code == 3);
  const auto killed = run_child(shell("kill -9 $$"), soon());
  REQUIRE(killed);
  CHECK(killed->signal == SIGKILL);
}

TEST_CASE("no shell: arguments arrive as they are; the environment is what is given") {
  ChildProgram program;
  program.path = "/usr/bin/printf";
  program.name = "printf";
  program.arguments = {"%s|", "$HOME", "; rm -rf /", "a b", ""};
  const auto printed = run_child(program, soon());
  REQUIRE(printed);
  CHECK(printed->output == "$HOME|; rm -rf /|a b||");

  program.path = "/usr/bin/env";
  program.arguments = {};
  program.environment = {"A=1", "B=x=y"};
  const auto environment = run_child(program, soon());
  REQUIRE(environment);
  CHECK(environment->output == "A=1\nB=x=y\n");
}

TEST_CASE("standard input is empty, and no descriptor of ours is passed on") {
  const test::PluginFolder folder;
  folder.write("leak", "x");
  // Open without close-on-exec, as a careless library would.
  const int leak = ::dup2(::fileno(stderr), 99);
  REQUIRE(leak == 99);
  const auto end = run_child(shell("cat; ls /proc/$$/fd"), soon());
  ::close(leak);
  REQUIRE(end);
  CHECK(end->output.find("99") == std::string::npos);
  CHECK(end->output.substr(0, 6) == "0\n1\n2\n");
}

TEST_CASE("blocked and ignored signals of ours are not the program's") {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, nullptr);
  const auto end = run_child(shell("kill -PIPE $$; echo survived"), soon());
  const auto terminated = run_child(shell("kill -TERM $$; echo survived"), soon());
  ::pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
  std::signal(SIGPIPE, before);
  REQUIRE(end);
  CHECK(end->signal == SIGPIPE);
  REQUIRE(terminated);
  CHECK(terminated->signal == SIGTERM);
}

TEST_CASE("what cannot be started says why") {
  const test::PluginFolder folder;
  folder.write("text", "no program");
  std::filesystem::permissions(folder.path("text"), std::filesystem::perms::owner_all);
  folder.write("script", "#!/nowhere/interpreter\n");
  std::filesystem::permissions(folder.path("script"), std::filesystem::perms::owner_all);
  struct Row {
    std::string path;
    const char* message;
  };
  const Row rows[] = {{folder.path("text"), "Exec format error"},
                      {folder.path("script"), "No such file"},
                      {folder.path("absent"), "No such file"},
                      {folder.path(), "Permission denied"}};
  for (const auto& row : rows) {
    CAPTURE(row.path);
    ChildProgram program;
    program.path = row.path;
    program.name = "x";
    const auto end = run_child(program, soon());
    REQUIRE_FALSE(end);
    CHECK(end.error().code == ErrorCode::failed);
    CHECK(end.error().message.find(row.message) != std::string::npos);
  }
}

TEST_CASE("output is bounded") {
  auto program = shell("exec cat /dev/zero");
  program.most_output = 100'000;
  const auto end = run_child(program, soon());
  REQUIRE_FALSE(end);
  CHECK(end.error().message == "it printed more than 100000 bytes");
  auto exact = shell("head -c 100000 /dev/zero");
  exact.most_output = 100'000;
  const auto whole = run_child(exact, soon());
  REQUIRE(whole);
  CHECK(whole->output.size() == 100'000);
}

TEST_CASE("a deadline and a stop end it, also one that ignores the polite signal") {
  for (const char* script : {"exec sleep 1000", "trap '' TERM; while :; do sleep 0.01; done"}) {
    CAPTURE(script);
    const auto start = Clock::now();
    const auto late = run_child(shell(script), {Deadline::after(milliseconds(50)), {}});
    REQUIRE_FALSE(late);
    CHECK(late.error().code == ErrorCode::timeout);
    CHECK(Clock::now() - start < seconds(20));

    std::stop_source source;
    std::jthread stopper([&] { static_cast<void>(source.request_stop()); });
    const auto stopped = run_child(shell(script), {Deadline::never(), source.get_token()});
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ErrorCode::interrupted);
  }
}

TEST_CASE("what the program leaves running in the background is not waited for") {
  const auto start = Clock::now();
  const auto end = run_child(shell("sleep 1000 & echo $!"), soon());
  REQUIRE(end);
  CHECK(Clock::now() - start < seconds(30));
  ::kill(std::stoi(end->output), SIGKILL);
}

TEST_CASE("a program that closes its output early is waited for all the same") {
  const auto end = run_child(shell("exec >&-; sleep 0.05; exit 4"), soon());
  REQUIRE(end);
  CHECK(end->exit_code == 4);
}

}  // namespace
}  // namespace kaito::kube::auth
