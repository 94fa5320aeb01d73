// kubernetes-client.md 8.10: exec and port-forward, through a kubelet that the case plays.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "backend.hpp"
#include "kaito/base/text.hpp"
#include "kaito/net/websocket.hpp"

namespace kaito::conformance {
namespace {

using Talk = std::function<void(net::WebSocket&, const CallLimits&)>;

constexpr const char* kOlder = "v4.channel.k8s.io";
constexpr const char* kNewer = "v5.channel.k8s.io";

/// A kubelet that speaks this protocol on the WebSockets it is asked for.
Backend kubelet(const char* protocol, Talk talk) {
  return Backend(
      [protocol, talk = std::move(talk)](const net::ServerRequest& request, net::Responder& out,
                                         const std::stop_token& stop) {
        auto socket = net::WebSocket::accept(request, out, {protocol});
        if (socket) talk(**socket, {Deadline::after(patience), stop});
      },
      Backend::Over::tls);
}

std::string on(int channel, std::string_view text) {
  return std::string(1, static_cast<char>(channel)) + std::string(text);
}

k8s::ExecOptions command(std::vector<std::string> words, std::string container = {}) {
  k8s::ExecOptions options;
  options.container = std::move(container);
  options.command = std::move(words);
  return options;
}

struct Outputs {
  std::string output;
  std::string errors;
};

Outputs read_all(kube::PodExec& exec) {
  Outputs all;
  for (;;) {
    const auto piece = exec.next(soon());
    REQUIRE_MESSAGE(piece.has_value(), piece.error().describe());
    if (!*piece) return all;
    ((*piece)->error ? all.errors : all.output) += (*piece)->bytes;
  }
}

std::string read_exactly(net::ByteStream& stream, std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t have = 0; have < size;) {
    const auto count = stream.read_some({text.data() + have, size - have}, soon());
    REQUIRE_MESSAGE(count.has_value(), count.error().describe());
    REQUIRE(*count > 0);
    have += *count;
  }
  return text;
}

/// What a server says that does not let the protocol be changed.
Reply ask_for_upgrade(const std::string& path) {
  net::ClientOptions options;
  options.server = target().client().config().server;
  options.tls.ca_pem = target().ca_pem();
  const auto http = net::HttpClient::create(std::move(options));
  REQUIRE(http);
  net::HttpRequest request;
  request.target = path;
  request.headers.set("Authorization", "Bearer " + target().token());
  const net::WebSocketHandshake handshake({kOlder});
  handshake.add_to(request);
  const auto answer = (*http)->upgrade(request, soon());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
  Reply reply{answer->head.status, answer->head.headers, answer->body, nullptr};
  if (auto value = json::parse(reply.text)) reply.body = std::move(*value);
  return reply;
}

/// The words of the query, in order of the alphabet.
std::string sorted_query(const std::string& target) {
  std::vector<std::string> words;
  for (const auto word : split(std::string_view(target).substr(target.find('?') + 1), '&'))
    words.emplace_back(word);
  std::ranges::sort(words);
  return join(words, "&");
}

TEST_CASE("S06 exec over WebSocket v4: the outputs apart, and the exit code") {
  Backend node = kubelet(kOlder, [](net::WebSocket& socket, const CallLimits& limits) {
    for (const auto& message :
         {on(1, ""), on(1, "one\n"), on(2, "oh\n"), on(1, std::string(100'000, 'x')),
          on(3, R"({"kind":"Status","apiVersion":"v1","status":"Failure",)"
                R"("reason":"NonZeroExitCode","message":"command terminated",)"
                R"("details":{"causes":[{"reason":"ExitCode","message":"3"}]}})")})
      CHECK(socket.send(message, limits));
    CHECK(socket.close(limits));
  });
  Session session;
  run_pod(session, "p", R"([{"name": "c", "image": "i"}])", node.port());
  const auto exec =
      target().client().exec(session.space(), "p", command({"sh", "-c", "a && b"}), soon());
  REQUIRE_MESSAGE(exec.has_value(), exec.error().describe());
  const Outputs all = read_all(**exec);
  CHECK(all.output == "one\n" + std::string(100'000, 'x'));
  CHECK(all.errors == "oh\n");
  CHECK((*exec)->exit_code().value() == 3);

  const net::ServerRequest asked = node.last();
  CHECK(asked.path == "/exec/" + session.space() + "/p/c");
  CHECK_MESSAGE(asked.target.find("command=sh&command=-c&command=a") != std::string::npos,
                asked.target);
  CHECK_MESSAGE(sorted_query(asked.target).ends_with("&error=1&output=1"), asked.target);
  CHECK_FALSE(asked.headers.has("Authorization"));
  const auto ended = (*exec)->finish_writing(soon());
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code == ErrorCode::not_served);
}

TEST_CASE("S07 exec v5: the command reads its input to the end") {
  Backend node = kubelet(kNewer, [](net::WebSocket& socket, const CallLimits& limits) {
    for (;;) {
      const auto message = socket.receive(limits);
      if (!message || !*message) return;
      if (**message == std::string("\xff\0", 2)) break;
      CHECK(socket.send(on(1, std::string_view(**message).substr(1)), limits));
    }
    CHECK(socket.send(on(3, R"({"kind":"Status","status":"Success"})"), limits));
    CHECK(socket.close(limits));
  });
  Session session;
  run_pod(session, "p", R"([{"name": "c", "image": "i"}])", node.port());
  auto options = command({"cat"});
  options.input = true;
  const auto exec = target().client().exec(session.space(), "p", options, soon());
  REQUIRE_MESSAGE(exec.has_value(), exec.error().describe());
  const std::string text(100'000, 'x');
  CHECK((*exec)->write(text, soon()));
  CHECK((*exec)->finish_writing(soon()));
  CHECK(read_all(**exec).output == text);
  CHECK((*exec)->exit_code().value() == 0);
  CHECK(sorted_query(node.last().target) == "command=cat&error=1&input=1&output=1");
}

TEST_CASE("S08 exec in a container that is not there, and in others that cannot be: declined") {
  Backend node = kubelet(kOlder, [](net::WebSocket&, const CallLimits&) {});
  Session session;
  run_pod(session, "p", R"([{"name": "one", "image": "i"}, {"name": "two", "image": "i"}])",
          node.port());
  const auto declined = [&](const std::string& pod, const std::string& container, ErrorCode code,
                            const std::string& says) {
    CAPTURE(pod);
    CAPTURE(container);
    const auto exec =
        target().client().exec(session.space(), pod, command({"true"}, container), soon());
    REQUIRE_FALSE(exec);
    CHECK(exec.error().code == code);
    CHECK_MESSAGE(exec.error().describe().find(says) != std::string::npos, exec.error().describe());
  };
  declined("p", "nobody", ErrorCode::invalid, "container nobody is not valid for pod p");
  declined("p", "", ErrorCode::invalid, "choose one of: [one two]");
  declined("nobody", "one", ErrorCode::not_found, "pods \"nobody\" not found");
  CHECK(node.last().method.empty());  // the node was never asked

  REQUIRE(session
              .post(session.core("pods"), R"({"apiVersion": "v1", "kind": "Pod", "metadata":
      {"name": "waits"}, "spec": {"containers": [{"name": "one", "image": "i"}]}})")
              .status == 201);
  declined("waits", "one", ErrorCode::invalid, "pod waits does not have a host assigned");
}

TEST_CASE(
    "S20 a kubelet that refuses the upgrade: its answer; that knows none, or is not there: 500") {
  Backend refuses(
      [](const net::ServerRequest&, net::Responder& out, const std::stop_token&) {
        // A peer that has gone shows in what the case misses.
        static_cast<void>(out.respond(404, {}, "pod does not exist\n"));
      },
      Backend::Over::tls);
  Session session;
  run_pod(session, "p", R"([{"name": "c", "image": "i"}])", refuses.port());
  const Reply refused = ask_for_upgrade(session.core("pods", "p") + "/exec?command=true");
  CHECK(refused.status == 404);
  CHECK(refused.text == "pod does not exist\n");

  Backend agrees(
      [](const net::ServerRequest&, net::Responder& out, const std::stop_token&) {
        // As above.
        static_cast<void>(out.respond(200, {}, "here I am\n"));
      },
      Backend::Over::tls);
  run_pod(session, "strange", R"([{"name": "c", "image": "i"}])", agrees.port());
  const Reply strange = ask_for_upgrade(session.core("pods", "strange") + "/exec?command=true");
  CHECK(strange.status == 500);
  CHECK(strange.message() == "invalid upgrade response: status code 200");

  run_pod(session, "lost", R"([{"name": "c", "image": "i"}])", 1);
  const Reply lost = ask_for_upgrade(session.core("pods", "lost") + "/exec?command=true");
  CHECK(lost.status == 500);
  CHECK_MESSAGE(lost.message().starts_with("error dialing backend: "), lost.text);
}

TEST_CASE("S09 port-forward over WebSocket v4: bytes both ways, each a WebSocket of its own") {
  std::atomic<int> sockets = 0;
  Backend node = kubelet(kOlder, [&](net::WebSocket& socket, const CallLimits& limits) {
    ++sockets;
    for (int channel : {0, 1})
      CHECK(socket.send(on(channel, "\x88\x13"), limits));
    for (;;) {
      const auto message = socket.receive(limits);
      if (!message || !*message) return;
      if (**message == on(0, "fail")) {
        CHECK(socket.send(on(1, "error forwarding port 5000: connection refused"), limits));
        CHECK(socket.close(limits));
      } else if (!socket.send(**message, limits)) {
        return;
      }
    }
  });
  Session session;
  run_pod(session, "p", R"([{"name": "c", "image": "i"}])", node.port());
  const auto first = target().client().port_forward(session.space(), "p", 5000, soon());
  REQUIRE_MESSAGE(first.has_value(), first.error().describe());
  const auto second = target().client().port_forward(session.space(), "p", 5000, soon());
  REQUIRE_MESSAGE(second.has_value(), second.error().describe());
  for (const std::size_t size : {1U, 5U, 200'000U}) {
    for (const auto* stream : {&first, &second}) {
      const std::string text(size, static_cast<char>('a' + size % 7));
      REQUIRE((**stream)->write(text, soon()));
      CHECK((read_exactly(***stream, size) == text));
    }
  }
  CHECK(sockets == 2);
  CHECK(node.last().target == "/portForward/" + session.space() + "/p?port=5000");

  for (const char* ports : {"abc", "99999"}) {
    const Reply reply = ask_for_upgrade(session.core("pods", "p") + "/portforward?ports=" + ports);
    CHECK(reply.status == 400);
    CHECK_MESSAGE(reply.message().starts_with("cannot convert to []int32: strconv.ParseUint: "),
                  reply.text);
  }

  REQUIRE((*first)->write("fail", soon()));
  std::array<char, 10> buffer{};
  const auto failed = (*first)->read_some(buffer, soon());
  REQUIRE_FALSE(failed);
  CHECK_MESSAGE(failed.error().describe().find("connection refused") != std::string::npos,
                failed.error().describe());
}

TEST_CASE("S21 exec and port-forward forbidden: 403 before any upgrade") {
  Backend node = kubelet(kOlder, [](net::WebSocket&, const CallLimits&) {});
  Session session;
  run_pod(session, "p", R"([{"name": "c", "image": "i"}])", node.port());
  kube::ClusterConfig config = target().client().config();
  config.credentials = kube::fixed_token(target().limited_token());
  const auto alice = kube::Client::create(std::move(config));
  REQUIRE(alice);
  const auto exec = (*alice)->exec(session.space(), "p", command({"true"}), soon());
  REQUIRE_FALSE(exec);
  CHECK(exec.error().code == ErrorCode::forbidden);
  CHECK_MESSAGE(exec.error().describe().find("User \"alice\" cannot get resource \"pods/exec\"") !=
                    std::string::npos,
                exec.error().describe());
  const auto forward = (*alice)->port_forward(session.space(), "p", 5000, soon());
  REQUIRE_FALSE(forward);
  CHECK(forward.error().code == ErrorCode::forbidden);
  CHECK(forward.error().describe().find("pods/portforward") != std::string::npos);
  CHECK(node.last().method.empty());
}

}  // namespace
}  // namespace kaito::conformance
