// Commands in a container, against a server that plays the API server and the node behind it.
#include <doctest/doctest.h>

#include "kaito/net/websocket.hpp"
#include "scripted_server.hpp"

namespace kaito::kube::test {
namespace {

using Talk = std::function<void(net::WebSocket&, const CallLimits&)>;

constexpr const char* newer = "v5.channel.k8s.io";
constexpr const char* older = "v4.channel.k8s.io";

const std::string success = R"({"kind":"Status","apiVersion":"v1","status":"Success"})";
const std::string exit_3 =
    R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NonZeroExitCode",)"
    R"("message":"command terminated with non-zero exit code",)"
    R"("details":{"causes":[{"reason":"ExitCode","message":"3"}]}})";

std::string on(int channel, const std::string& text) {
  return std::string(1, static_cast<char>(channel)) + text;
}

net::Handler node(const char* protocol, Talk talk) {
  return [protocol, talk = std::move(talk)](const net::ServerRequest& request, net::Responder& out,
                                            const std::stop_token& stop) {
    auto socket = net::WebSocket::accept(request, out, {protocol});
    if (socket) talk(**socket, {Deadline::after(std::chrono::seconds(20)), stop});
  };
}

/// Sends the messages and says goodbye.
Talk says(std::vector<std::string> messages) {
  return [messages = std::move(messages)](net::WebSocket& socket, const CallLimits& limits) {
    for (const auto& message : messages)
      CHECK(socket.send(message, limits));
    // A client that was sent what it does not take has gone by now.
    static_cast<void>(socket.close(limits));
  };
}

struct Outputs {
  std::string output;
  std::string errors;
};

Result<Outputs> read_all(PodExec& exec) {
  Outputs all;
  for (;;) {
    KAITO_TRY(const auto piece, exec.next(soon()));
    if (!piece) return all;
    (piece->error ? all.errors : all.output) += piece->bytes;
  }
}

k8s::ExecOptions command(std::vector<std::string> words) {
  k8s::ExecOptions options;
  options.container = "model";
  options.command = std::move(words);
  return options;
}

TEST_CASE("a command whose server picks v4: its two outputs apart, and its exit code") {
  ScriptedServer server(node(older, says({on(1, ""), on(2, ""), on(1, "one\n"), on(2, "oh\n"),
                                          on(3, exit_3), on(1, "two\n")})));
  const auto exec = server.client()->exec("ns", "p-0", command({"sh", "-c", "a && b"}), soon());
  REQUIRE_MESSAGE(exec.has_value(), exec.error().describe());
  const auto all = read_all(**exec);
  REQUIRE_MESSAGE(all.has_value(), all.error().describe());
  CHECK(all->output == "one\ntwo\n");
  CHECK(all->errors == "oh\n");
  CHECK((*exec)->exit_code().value() == 3);

  const auto asked = server.requests();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].method == "GET");
  CHECK(asked[0].target ==
        "/api/v1/namespaces/ns/pods/p-0/exec?container=model&command=sh&command=-c&"
        "command=a%20%26%26%20b&stdout=true&stderr=true");
  CHECK(asked[0].headers.get("Sec-WebSocket-Protocol") == "v5.channel.k8s.io, v4.channel.k8s.io");

  const auto ended = (*exec)->finish_writing(soon());
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code == ErrorCode::not_served);
}

TEST_CASE("a command that reads its input to the end, with v5") {
  std::vector<std::string> received;
  ScriptedServer server(node(newer, [&](net::WebSocket& socket, const CallLimits& limits) {
    for (;;) {
      auto message = socket.receive(limits);
      REQUIRE(message);
      REQUIRE(*message);
      received.push_back(**message);
      if (received.back() == std::string("\xff\0", 2)) break;
      CHECK(socket.send(on(1, received.back().substr(1)), limits));
    }
    CHECK(socket.send(on(255, std::string(1, '\1')), limits));
    CHECK(socket.send(on(3, success), limits));
    CHECK(socket.close(limits));
  }));
  auto options = command({"cat"});
  options.input = true;
  const auto exec = server.client()->exec("ns", "p-0", options, soon());
  REQUIRE_MESSAGE(exec.has_value(), exec.error().describe());
  const std::string text(100000, 'x');
  CHECK((*exec)->write(text, soon()));
  CHECK((*exec)->finish_writing(soon()));
  const auto all = read_all(**exec);
  REQUIRE_MESSAGE(all.has_value(), all.error().describe());
  CHECK(all->output == text);
  CHECK((*exec)->exit_code().value() == 0);
  REQUIRE(received.size() == 5);
  for (std::size_t i = 0; i + 1 < received.size(); ++i)
    CHECK(received[i].size() <= 1 + 32768);
  CHECK(server.requests()[0].target.find("stdin=true") != std::string::npos);
}

TEST_CASE("how a command ends that has no exit code") {
  struct Row {
    const char* what;
    std::vector<std::string> messages;
    ErrorCode code;
    const char* says;
  };
  const Row rows[] = {
      {"nobody told", {on(1, "x")}, ErrorCode::unreachable, "ended before the command did"},
      {"no such program",
       {on(3, R"({"kind":"Status","status":"Failure","reason":"InternalError",)"
              R"("message":"exec: \"nope\": not found\u001b"})")},
       ErrorCode::failed,
       "exec: \"nope\": not found\\x1b"},
      {"no Status", {on(3, "gone")}, ErrorCode::protocol, "no Status"},
      {"a code that is none",
       {on(3, R"({"kind":"Status","status":"Failure","reason":"NonZeroExitCode","message":"m",)"
              R"("details":{"causes":[{"reason":"ExitCode","message":"3x"}]}})")},
       ErrorCode::failed,
       ": m"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedServer server(node(newer, says(row.messages)));
    const auto exec = server.client()->exec("ns", "p-0", command({"nope"}), soon());
    REQUIRE(exec);
    REQUIRE(read_all(**exec));
    const auto code = (*exec)->exit_code();
    REQUIRE_FALSE(code);
    CHECK(code.error().code == row.code);
    CHECK_MESSAGE(code.error().describe().find(row.says) != std::string::npos,
                  code.error().describe());
    CHECK(code.error().describe().find("running \"nope\" in pod \"p-0\"") != std::string::npos);
  }
}

TEST_CASE("a connection that breaks under a command: an error, unless its end had been told") {
  for (const bool told : {true, false}) {
    CAPTURE(told);
    ScriptedServer server(node(newer, [&](net::WebSocket& socket, const CallLimits& limits) {
      CHECK(socket.send(on(1, "x"), limits));
      if (told) CHECK(socket.send(on(3, success), limits));
    }));
    const auto exec = server.client()->exec("ns", "p-0", command({"true"}), soon());
    REQUIRE(exec);
    const auto all = read_all(**exec);
    CHECK(all.has_value() == told);
    if (told) CHECK((*exec)->exit_code().value() == 0);
    if (!told) CHECK(all.error().code == ErrorCode::unreachable);
  }
}

TEST_CASE("what a node may not send to the client of a command") {
  struct Row {
    std::string message;
    const char* says;
  };
  const Row rows[] = {{"", "without a channel"},
                      {on(7, "x"), "was not opened"},
                      {on(3, std::string(70000, ' ')), "too large"}};
  for (const auto& row : rows) {
    CAPTURE(row.says);
    ScriptedServer server(node(newer, says({row.message})));
    const auto exec = server.client()->exec("ns", "p-0", command({"true"}), soon());
    REQUIRE(exec);
    const auto all = read_all(**exec);
    REQUIRE_FALSE(all);
    CHECK(all.error().code == ErrorCode::protocol);
    CHECK_MESSAGE(all.error().describe().find(row.says) != std::string::npos,
                  all.error().describe());
  }
}

TEST_CASE("a command in a container that is not there: declined, and the Status says why") {
  ScriptedServer server(
      {{400, failure(400, "BadRequest", "container nobody is not valid for pod p-0"), {}}});
  const auto exec = server.client()->exec("ns", "p-0", command({"true"}), soon());
  REQUIRE_FALSE(exec);
  CHECK(exec.error().code == ErrorCode::invalid);
  CHECK_MESSAGE(exec.error().describe().find("container nobody is not valid for pod p-0") !=
                    std::string::npos,
                exec.error().describe());
  CHECK(server.requests().size() == 1);
}

TEST_CASE("no command is a mistake of the caller, and asks nobody") {
  ScriptedServer server({Reply{}});
  CHECK(server.client()->exec("ns", "p-0", command({}), soon()).error().code == ErrorCode::usage);
  CHECK(server.client()->exec("ns", "p-0", command({""}), soon()).error().code == ErrorCode::usage);
  CHECK(server.requests().empty());
}

}  // namespace
}  // namespace kaito::kube::test
