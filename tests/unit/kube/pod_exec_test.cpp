// Commands in a container, against a server that plays the API server and the node behind it.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <future>
#include <thread>

#include "kaito/net/client.hpp"
#include "kaito/net/websocket.hpp"
#include "kube/pod_exec.hpp"
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

/// A node that is heard and seen as it is on the wire, behind the handshake.
class WireNode {
 public:
  using Play = std::function<void(net::ByteStream&, const CallLimits&)>;
  explicit WireNode(Play play)
      : server_([play = std::move(play)](const net::ServerRequest& request, net::Responder& out,
                                         const std::stop_token& stop) {
          RawUpgrade raw(out);
          const auto socket = net::WebSocket::accept(request, raw, {newer});
          REQUIRE(socket);
          play(*raw.stream, {Deadline::after(std::chrono::seconds(20)), stop});
        }) {}

  [[nodiscard]] std::unique_ptr<PodExec> exec(const KeepAlive& keep_alive) const {
    net::ClientOptions options;
    options.server = server_.config().server;
    const auto client = net::HttpClient::create(std::move(options));
    REQUIRE(client);
    const net::WebSocketHandshake handshake({newer});
    net::HttpRequest request;
    handshake.add_to(request);
    auto answer = (*client)->upgrade(request, soon());
    REQUIRE(answer);
    auto socket = handshake.finish(std::move(*answer));
    REQUIRE(socket);
    return make_pod_exec(std::move(*socket), "running a test", keep_alive);
  }

 private:
  /// Lets the handshake be done by others, and keeps the stream.
  struct RawUpgrade final : net::Responder {
    explicit RawUpgrade(net::Responder& responder) : out(responder) {}
    Result<void> respond(int status, const net::Headers& headers, std::string_view body) override {
      return out.respond(status, headers, body);
    }
    Result<void> begin(int status, const net::Headers& headers) override {
      return out.begin(status, headers);
    }
    Result<void> write(std::string_view piece) override { return out.write(piece); }
    bool gone() override { return out.gone(); }
    Result<net::ByteStream*> upgrade(const net::Headers& headers) override {
      KAITO_TRY(stream, out.upgrade(headers));
      return stream;
    }
    net::Responder& out;
    net::ByteStream* stream = nullptr;
  };

  ScriptedServer server_;
};

constexpr std::string_view empty_pong("\x8a\0", 2);
constexpr std::string_view output_x("\x82\x02\x01x", 4);

/// Reads one frame and tells whether it is an empty ping of a client; false also at the end.
bool hears_ping(net::ByteStream& stream, const CallLimits& limits) {
  std::string frame;
  std::array<char, 6> rest{};  // two bytes of a head and four of a mask
  while (frame.size() < rest.size()) {
    const auto count = stream.read_some({rest.data(), rest.size() - frame.size()}, limits);
    if (!count || *count == 0) return false;
    frame.append(rest.data(), *count);
  }
  return frame.starts_with("\x89\x80");
}

constexpr KeepAlive hurried{std::chrono::milliseconds(5), std::chrono::milliseconds(200)};

TEST_CASE("a silent command: the node is asked again and again whether it is there") {
  const WireNode node([](net::ByteStream& stream, const CallLimits& limits) {
    for (int i = 0; i < 3; ++i) {
      CHECK(hears_ping(stream, limits));
      CHECK(stream.write(empty_pong, limits));
    }
    CHECK(stream.write(output_x, limits));
    while (hears_ping(stream, limits)) {
    }
  });
  const auto exec = node.exec(hurried);
  const auto piece = exec->next(soon());
  REQUIRE_MESSAGE(piece.has_value(), piece.error().describe());
  CHECK((*piece)->bytes == "x");
}

TEST_CASE("a node that has answered once and then no more is given up") {
  const WireNode node([](net::ByteStream& stream, const CallLimits& limits) {
    CHECK(hears_ping(stream, limits));
    CHECK(stream.write(empty_pong, limits));
    while (hears_ping(stream, limits)) {
    }
  });
  const auto exec = node.exec(hurried);
  const auto piece = exec->next(soon());
  REQUIRE_FALSE(piece);
  CHECK(piece.error().code == ErrorCode::unreachable);
  CHECK_MESSAGE(piece.error().describe().starts_with("running a test: the node has not answered"),
                piece.error().describe());
}

TEST_CASE("what came while the caller was away is read before the node is asked for a sign") {
  std::promise<void> sent;
  const WireNode node([&](net::ByteStream& stream, const CallLimits& limits) {
    const std::string status = on(3, success);
    CHECK(stream.write(output_x, limits));
    CHECK(stream.write("\x82" + std::string(1, static_cast<char>(status.size())) + status, limits));
    CHECK(stream.write(std::string("\x88\0", 2), limits));
    sent.set_value();
    CHECK_FALSE(hears_ping(stream, limits));
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto exec = node.exec(hurried);
  sent.get_future().wait();
  while (std::chrono::steady_clock::now() < begin + 2 * hurried.ping_every)
    std::this_thread::yield();
  const auto all = read_all(*exec);
  REQUIRE_MESSAGE(all.has_value(), all.error().describe());
  CHECK(all->output == "x");
  CHECK(exec->exit_code().value() == 0);
}

TEST_CASE("a node that answers no pings is waited for, and the caller's own time-out is no end") {
  std::atomic<bool> speak = false;
  const WireNode node([&](net::ByteStream& stream, const CallLimits& limits) {
    while (!speak && hears_ping(stream, limits)) {
    }
    CHECK(stream.write(output_x, limits));
    while (hears_ping(stream, limits)) {
    }
  });
  const KeepAlive short_of_patience{std::chrono::milliseconds(5), std::chrono::milliseconds(20)};
  const auto exec = node.exec(short_of_patience);
  for (int i = 0; i < 2; ++i) {
    const auto late = exec->next({Deadline::after(std::chrono::milliseconds(100)), {}});
    REQUIRE_FALSE(late);
    CHECK(late.error().code == ErrorCode::timeout);
  }
  speak = true;
  const auto piece = exec->next(soon());
  REQUIRE_MESSAGE(piece.has_value(), piece.error().describe());
  CHECK((*piece)->bytes == "x");
}

}  // namespace
}  // namespace kaito::kube::test
