// Exec plugins as they are used: real programs, run for real.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <boost/json/value.hpp>
#include <set>
#include <thread>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/net/client.hpp"
#include "kube/api_server.hpp"
#include "plugin_folder.hpp"
#include "scripted_server.hpp"
#include "world.hpp"

namespace kaito::kube::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const std::string v1 = "client.authentication.k8s.io/v1";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A folder of plugins, and a kubeconfig in it whose user runs one.
struct ExecWorld : World {
  explicit ExecWorld(const std::string& exec_fields,
                     const std::string& cluster_fields = "server: https://c.example:6443") {
    variables["KUBECONFIG"] = folder.path("config");
    environment = {"PATH=" + folder.path() + ":/usr/bin:/bin", "HOME=/home/ada", "CLASH=parent"};
    files[folder.path("config")] = one_user("exec: {" + exec_fields + "}", cluster_fields);
  }

  PluginFolder folder;
};

/// The fields of an entry of the newer API version that never asks.
std::string never(const std::string& command, const std::string& more = "") {
  return "command: " + command + ", apiVersion: " + v1 + ", interactiveMode: Never" + more;
}

CallLimits patient() {
  return {Deadline::after(seconds(60)), {}};
}

Result<std::string> token_from(const ClusterConfig& config, const CallLimits& limits = patient()) {
  KAITO_TRY(auto credential, config.credentials->credential(limits));
  return credential->token;
}

Error refusal_of(ExecWorld& world) {
  const auto config = world.load();
  REQUIRE(config);
  const auto token = token_from(*config);
  REQUIRE_FALSE(token);
  return token.error();
}

TEST_CASE("a bare command is found in PATH, a relative one beside the kubeconfig") {
  struct Row {
    std::string command;
    std::string token;
  };
  const Row rows[] = {{"plug", "from-path"}, {"./plug", "from-folder"}, {"sub/plug", "from-sub"}};
  for (const auto& row : rows) {
    CAPTURE(row.command);
    ExecWorld world(never(row.command));
    PluginFolder path;
    path.printing("plug", R"("token":"from-path")");
    world.folder.printing("plug", R"("token":"from-folder")");
    std::filesystem::create_directory(world.folder.path("sub"));
    world.folder.printing("sub/plug", R"("token":"from-sub")");
    world.environment = {"PATH=" + path.path() + ":/usr/bin:/bin"};
    const auto config = world.load();
    REQUIRE(config);
    const auto token = token_from(*config);
    REQUIRE_MESSAGE(token, token.error().describe());
    CHECK(*token == row.token);
  }
}

TEST_CASE("loading a kubeconfig runs nothing; the first credential does, and is kept") {
  ExecWorld world(never("plug"));
  world.folder.printing("plug", R"("token":"t","expirationTimestamp":"1970-01-01T00:05:00Z")");
  const auto config = world.load();
  REQUIRE(config);
  CHECK(world.folder.runs("plug") == 0);
  CHECK(config->credentials->name() == "exec plugin \"plug\"");
  for (int i = 0; i < 10; ++i)
    CHECK(token_from(*config).value() == "t");
  CHECK(world.folder.runs("plug") == 1);

  // Ten seconds early, and not before.
  world.wall_time += minutes(5) - seconds(11);
  CHECK(token_from(*config));
  CHECK(world.folder.runs("plug") == 1);
  world.wall_time += seconds(1);
  CHECK(token_from(*config));
  CHECK(world.folder.runs("plug") == 2);
  // What it gives has expired now: used, and asked for again each time.
  CHECK(token_from(*config).value() == "t");
  CHECK(world.folder.runs("plug") == 3);
}

TEST_CASE("a credential without an end is kept for ever") {
  ExecWorld world(never("plug"));
  world.folder.printing("plug", R"("token":"t")");
  const auto config = world.load();
  REQUIRE(config);
  CHECK(token_from(*config));
  world.wall_time += std::chrono::hours(10'000);
  CHECK(token_from(*config));
  CHECK(world.folder.runs("plug") == 1);
}

TEST_CASE(
    "arguments, environment and KUBERNETES_EXEC_INFO reach the plugin; nothing is a shell's") {
  ExecWorld world(
      never("plug",
            ", args: ['--login', '$(touch pwned)', 'a b'], env: [{name: CLASH, value: "
            "'entry $HOME'}, {name: CLASH, value: last}], provideClusterInfo: true"),
      "server: 'https://10.0.0.1/base', tls-server-name: kubernetes, certificate-authority: "
      "ca.crt, "
      "extensions: [{name: other, extension: {x: 1}}, {name: client.authentication.k8s.io/exec, "
      "extension: {audience: [a, b]}}]");
  world.files[world.folder.path("ca.crt")] = ca_text();
  world.folder.plugin(
      "plug",
      "printf '%s\\n' \"$@\" > \"$here/args\"; printf %s \"$CLASH\" > \"$here/clash\"\n"
      "printf %s \"$KUBERNETES_EXEC_INFO\" > \"$here/info\"; pwd > \"$here/pwd\"\n"
      "echo '" +
          PluginFolder::credential(R"("token":"t")") + "'");
  const auto config = world.load();
  REQUIRE(config);
  REQUIRE(token_from(*config));
  CHECK(world.folder.read("args") == "--login\n$(touch pwned)\na b\n");
  CHECK(world.folder.read("clash") == "last");
  CHECK(world.folder.read("pwd") == std::filesystem::current_path().string() + "\n");
  const auto info = json::parse(world.folder.read("info"));
  REQUIRE(info);
  CHECK(json::string_at(*info, {"kind"}) == "ExecCredential");
  CHECK(json::string_at(*info, {"apiVersion"}) == v1);
  CHECK(json::string_at(*info, {"spec", "cluster", "server"}) == "https://10.0.0.1/base");
  CHECK(json::string_at(*info, {"spec", "cluster", "tls-server-name"}) == "kubernetes");
  CHECK(base64_decode(json::string_at(*info, {"spec", "cluster", "certificate-authority-data"}))
            .value() == ca_text());
  CHECK(json::write(*json::find(*info, {"spec", "cluster", "config"})) ==
        R"({"audience":["a","b"]})");
  CHECK(json::write(*json::find(*info, {"spec", "interactive"})) == "false");
}

TEST_CASE(
    "without provideClusterInfo the plugin hears nothing of the cluster; JSON null is absent") {
  ExecWorld world(
      "command: plug, apiVersion: client.authentication.k8s.io/v1beta1, args: null, env: "
      "null, provideClusterInfo: null, installHint: null, interactiveMode: null");
  world.folder.plugin("plug", "printf %s \"$KUBERNETES_EXEC_INFO\" > \"$here/info\"\necho '" +
                                  PluginFolder::credential(R"("token":"t")", "v1beta1") + "'");
  const auto config = world.load();
  REQUIRE(config);
  REQUIRE(token_from(*config));
  CHECK(world.folder.read("info") ==
        R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1",)"
        R"("spec":{"interactive":false}})");
}

/// Standard input replaced for the scope.
class StandardInput {
 public:
  explicit StandardInput(const std::string& file) : before_(::dup(STDIN_FILENO)) {
    const int opened = ::open(file.c_str(), O_RDONLY);
    ::dup2(opened, STDIN_FILENO);
    ::close(opened);
  }
  ~StandardInput() {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  const int before_;
};

TEST_CASE("who may ask on standard input") {
  struct Row {
    std::string mode;
    bool available;
    std::string seen;  ///< by the plugin, after "interactive" of its info
    std::string error;
  };
  const Row rows[] = {
      {"Never", true, "false:", ""},
      {"IfAvailable", true, "true:typed", ""},
      {"IfAvailable", false, "false:", ""},
      {"Always", true, "true:typed", ""},
      {"Always", false, "", "wants to ask on the terminal (interactiveMode Always)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.mode);
    CAPTURE(row.available);
    ExecWorld world("command: plug, apiVersion: " + v1 + ", interactiveMode: " + row.mode);
    world.stdin_available = row.available;
    world.folder.write("typed", "typed");
    world.folder.plugin("plug",
                        "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" + v1 +
                            "\",\"status\":{\"token\":\"'\"$(echo \"$KUBERNETES_EXEC_INFO\" | "
                            "sed 's/.*interactive\":\\([a-z]*\\).*/\\1/'):$(cat)\"'\"}}'");
    const StandardInput input(world.folder.path("typed"));
    const auto config = world.load();
    REQUIRE(config);
    const auto token = token_from(*config);
    CHECK(token.has_value() == row.error.empty());
    if (token) {
      CHECK(*token == row.seen);
    } else {
      CHECK(has(token.error().message, row.error));
      CHECK(world.folder.runs("plug") == 0);
    }
  }
}

TEST_CASE("what goes wrong names the plugin, the user and the file, and shows no secret") {
  struct Row {
    std::string what;
    std::string script;
    std::string message;
    std::string hint;
  };
  const std::string good = PluginFolder::credential(R"("token":"SECRET-TOKEN")");
  const Row rows[] = {
      {"exit code", "echo '" + good + "'; exit 3", "ended with exit code 3", "run it by hand"},
      {"killed", "kill -9 $$", "was killed by signal 9", ""},
      {"no JSON", "echo SECRET-TOKEN", "that are no JSON object", "--output json"},
      {"other version",
       "echo '" + PluginFolder::credential(R"("token":"SECRET-TOKEN")", "v1beta1") + "'",
       "a credential of client.authentication.k8s.io/v1beta1, but the kubeconfig asks for", ""},
      {"too much", "exec cat /dev/zero", "it printed more than 1048576 bytes", ""},
      {"certificate",
       "cat <<'END'\n" +
           PluginFolder::credential(
               R"("clientCertificateData":"-----BEGIN CERTIFICATE-----\nSECRET\n-----END CERTIFICATE-----","clientKeyData":"-----BEGIN SECRET")") +
           "\nEND",
       "printed a certificate that cannot be used", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ExecWorld world(
        never("plug", ", args: [SECRET-ARGUMENT], env: [{name: PASSWORD, value: SECRET-VALUE}]"));
    world.folder.plugin("plug", row.script);
    const auto error = refusal_of(world);
    CAPTURE(error.describe());
    CHECK(error.code == ErrorCode::unauthenticated);
    CHECK(has(error.message,
              "exec plugin \"plug\" of user \"u\" (from " + world.folder.path("config") + ") "));
    CHECK(has(error.message, row.message));
    CHECK(has(error.hint, row.hint));
    CHECK_FALSE(has(error.describe() + error.hint, "SECRET"));
  }
}

TEST_CASE("a plugin that is not there: its install hint, ten times an hour at most") {
  ExecWorld world(never("gone", ", installHint: \"\\e[31mbrew install gone\\a\""));
  const auto config = world.load();
  REQUIRE(config);
  for (int i = 1; i <= 11; ++i) {
    const auto token = token_from(*config);
    REQUIRE_FALSE(token);
    CHECK(has(token.error().message, "is not installed: no folder of PATH has it"));
    CHECK(token.error().hint ==
          (i <= 10 ? "[31mbrew install gone" : "install it, or pass --token"));
  }
  world.time += std::chrono::hours(1);
  CHECK(token_from(*config).error().hint == "[31mbrew install gone");

  ExecWorld relative(never("./gone"));
  CHECK(has(refusal_of(relative).message,
            "is not there, or is no program: " + relative.folder.path("gone")));
  ExecWorld text(never("./text"));
  text.folder.write("text", "not executable");
  CHECK(has(refusal_of(text).message, "is no program"));
}

TEST_CASE("what the plugin says on standard error is seen, and not captured") {
  ExecWorld world(never("plug"));
  world.folder.plugin("plug", "echo 'to sign in, open https://device' >&2\necho '" +
                                  PluginFolder::credential(R"("token":"t")") + "'");
  const auto config = world.load();
  REQUIRE(config);
  const auto file = world.folder.path("stderr");
  const int before = ::dup(STDERR_FILENO);
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(opened, STDERR_FILENO);
  const auto token = token_from(*config);
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(opened);
  CHECK(token.value_or("none") == "t");
  CHECK(world.folder.read("stderr") == "to sign in, open https://device\n");
}

TEST_CASE("twenty requests at once: one run, one credential for all") {
  ExecWorld world(never("plug"));
  world.folder.plugin("plug", "while [ ! -e \"$here/go\" ]; do sleep 0.01; done\necho '" +
                                  PluginFolder::credential(R"("token":"t")") + "'");
  const auto config = world.load();
  REQUIRE(config);
  std::atomic<int> asked = 0;
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 20; ++i)
      threads.emplace_back([&] {
        ++asked;
        if (token_from(*config).value_or("") == "t") ++good;
      });
    while (asked < 20)
      std::this_thread::yield();
    world.folder.write("go", "");
  }
  CHECK(good == 20);
  CHECK(world.folder.runs("plug") == 1);
}

TEST_CASE("each caller has limits of its own: one who gives up takes nothing from the others") {
  ExecWorld world(never("plug"));
  world.folder.plugin("plug", "if [ -e \"$here/second\" ]; then echo '" +
                                  PluginFolder::credential(R"("token":"t")") +
                                  "'; else touch \"$here/second\"; exec sleep 1000; fi");
  const auto config = world.load();
  REQUIRE(config);
  std::stop_source stop;
  Result<std::string> one;
  Result<std::string> two;
  {
    std::jthread first([&] { one = token_from(*config, {Deadline::never(), stop.get_token()}); });
    while (!std::filesystem::exists(world.folder.path("second")))
      std::this_thread::yield();
    // Waits for the run that is under way, but not longer than its own deadline.
    const auto late = token_from(*config, {Deadline::after(std::chrono::milliseconds(20)), {}});
    REQUIRE_FALSE(late);
    CHECK(late.error().code == ErrorCode::timeout);
    std::jthread second([&] { two = token_from(*config); });
    static_cast<void>(stop.request_stop());
  }
  REQUIRE_FALSE(one);
  CHECK(one.error().code == ErrorCode::interrupted);
  REQUIRE(two);
  CHECK(*two == "t");
  CHECK(world.folder.runs("plug") == 2);
}

TEST_CASE("the caller's deadline ends a run") {
  ExecWorld world(never("plug"));
  world.folder.plugin("plug", "exec sleep 1000");
  const auto config = world.load();
  REQUIRE(config);
  const auto token = token_from(*config, {Deadline::after(std::chrono::milliseconds(100)), {}});
  REQUIRE_FALSE(token);
  CHECK(token.error().code == ErrorCode::timeout);
  CHECK(has(token.error().describe(), "exec plugin \"plug\""));
}

/// A server that takes one token alone.
net::Handler only(const std::string& token) {
  return [token](const net::ServerRequest& request, net::Responder& out, std::stop_token) {
    net::Headers headers;
    headers.add("Content-Type", "application/json");
    const bool good = request.headers.get("Authorization") == "Bearer " + token;
    static_cast<void>(out.respond(good ? 200 : 401, headers,
                                  good ? "{}" : failure(401, "Unauthorized", "Unauthorized")));
  };
}

TEST_CASE("a refused credential: the plugin is run again once, and the request repeated once") {
  struct Row {
    std::string what;
    std::string accepted;
    bool good;
    long runs;
    std::size_t requests;
  };
  // The plugin's n-th run gives token-n, from the third one on always token-3.
  const Row rows[] = {
      {"the second is good", "token-2", true, 2, 2},
      {"the second is refused too", "none", false, 2, 2},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedServer server(only(row.accepted));
    const auto url = server.config().server.text();
    ExecWorld world(never("plug"), "server: '" + url + "'");
    world.folder.plugin("plug",
                        "n=$(grep -c run \"$here/plug.runs\")\necho '{\"kind\":\"ExecCredential\","
                        "\"apiVersion\":\"" +
                            v1 + "\",\"status\":{\"token\":\"token-'$n'\"}}'");
    auto config = world.load();
    REQUIRE(config);
    const auto client = ScriptedServer::client(*config);
    const auto made = client->get(workspace_x, soon());
    CHECK(made.has_value() == row.good);
    CHECK(world.folder.runs("plug") == row.runs);
    CHECK(server.requests().size() == row.requests);
    if (!made) CHECK(made.error().code == ErrorCode::unauthenticated);
  }
}

TEST_CASE("the same credential again is not worth another request; a failing plugin says so") {
  ScriptedServer server(only("none"));
  const auto url = server.config().server.text();
  ExecWorld world(never("plug"), "server: '" + url + "'");
  world.folder.plugin("plug", "[ -e \"$here/broken\" ] && exit 255\necho '" +
                                  PluginFolder::credential(R"("token":"t")") + "'");
  auto config = world.load();
  REQUIRE(config);
  const auto client = ScriptedServer::client(*config);
  CHECK_FALSE(client->get(workspace_x, soon()));
  CHECK(server.requests().size() == 1);
  CHECK(world.folder.runs("plug") == 2);
  world.folder.write("broken", "");
  const auto broken = client->get(workspace_x, soon());
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == ErrorCode::unauthenticated);
  CHECK(has(broken.error().describe(),
            "the server refused the credentials (401): exec plugin \"plug\""));
  CHECK(has(broken.error().describe(), "exit code 255"));
}

TEST_CASE("many requests refused at once: one more run, and each repeated") {
  ScriptedServer server(only("token-2"));
  const auto url = server.config().server.text();
  ExecWorld world(never("plug"), "server: '" + url + "'");
  world.folder.plugin("plug",
                      "n=$(grep -c run \"$here/plug.runs\")\necho '{\"kind\":\"ExecCredential\","
                      "\"apiVersion\":\"" +
                          v1 + "\",\"status\":{\"token\":\"token-'$n'\"}}'");
  auto config = world.load();
  REQUIRE(config);
  const auto client = ScriptedServer::client(*config);
  REQUIRE(client->authenticate(soon()));
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i)
      threads.emplace_back([&] { good += client->get(workspace_x, soon()).has_value() ? 1 : 0; });
  }
  CHECK(good == 10);
  CHECK(world.folder.runs("plug") == 2);
}

TEST_CASE("-v 10 of requests with a plugin: no token, argument or value, at any time") {
  ScriptedServer server(only("SECRET-TOKEN-2"));
  const auto url = server.config().server.text();
  ExecWorld world(never("plug", ", args: [SECRET-ARGUMENT], env: [{name: X, value: SECRET-VALUE}]"),
                  "server: '" + url + "'");
  world.folder.plugin("plug",
                      "n=$(grep -c run \"$here/plug.runs\")\necho '{\"kind\":\"ExecCredential\","
                      "\"apiVersion\":\"" +
                          v1 + "\",\"status\":{\"token\":\"SECRET-TOKEN-'$n'\"}}'");
  auto config = world.load();
  REQUIRE(config);
  std::string log;
  ClientLog to;
  to.level = 10;
  to.write = [&log](int, const std::string& line) { log += line + "\n"; };
  const auto client = ScriptedServer::client(*config, to);
  CHECK(client->get(workspace_x, soon()));
  CHECK(
      has(log, "the server refused the credentials from exec plugin \"plug\": trying with others"));
  CHECK(has(log, "> Authorization: <redacted>"));
  CHECK_FALSE(has(log, "SECRET"));
}

TEST_CASE("no plugin is run where its credential would not be sent") {
  ScriptedServer server(only("mine"));
  ExecWorld world(never("plug"));
  auto config = world.load();
  REQUIRE(config);
  auto away = *config;
  away.server = {false, "elsewhere.example", 80, ""};
  CHECK(ScriptedServer::client(away)->authenticate(soon()));

  net::ClientOptions options;
  options.server = config->server = server.config().server;
  auto transport = net::HttpClient::create(options);
  REQUIRE(transport);
  ApiServer direct(std::move(*transport), *config, {});
  net::HttpRequest request;
  request.headers.add("Authorization", "Bearer mine");
  const auto answer = direct.send_once(request, soon());
  REQUIRE(answer);
  CHECK(answer->head.status == 200);
  CHECK(world.folder.runs("plug") == 0);
}

TEST_CASE("the entry's problems are told together, and before anything runs") {
  ExecWorld world("apiVersion: client.authentication.k8s.io/v1alpha1, interactiveMode: Sometimes");
  const auto config = world.load();
  REQUIRE_FALSE(config);
  CHECK(config.error().code == ErrorCode::invalid);
  const auto text = config.error().describe();
  CHECK(has(text, "command is missing"));
  CHECK(has(text, "v1alpha1 is not supported any more"));
  CHECK(has(text, "interactiveMode \"Sometimes\" is none"));
  CHECK(has(config.error().hint, "aws eks update-kubeconfig"));
}

TEST_CASE("a token, a certificate or a password of the entry's own goes before its plugin") {
  for (const char* own : {"token: t", "username: a, password: b"}) {
    CAPTURE(own);
    World world;
    world.files["/home/ada/.kube/config"] =
        one_user("exec: {command: never-run}, " + std::string(own));
    CHECK(world.load());
  }
}

}  // namespace
}  // namespace kaito::kube::test
