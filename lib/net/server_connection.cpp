#include "net/server_connection.hpp"

#include <array>
#include <utility>

#include "kaito/base/text.hpp"
#include "net/http_wire.hpp"
#include "net/responder.hpp"

namespace kaito::net {
namespace {

constexpr std::size_t head_limit = std::size_t{64} << 10;
/// How much of an unwanted body is read, and for how long, so that the peer gets to see the answer
/// before the connection is reset.
constexpr std::size_t linger_bytes = std::size_t{8} << 20;
constexpr std::chrono::milliseconds linger_time{500};

/// The path of "/a%20b?c" or of "http://host/a%20b?c", decoded.
std::optional<std::string> path_of(std::string_view target) {
  if (!target.starts_with('/')) {
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) return std::string(target);  // "*", "host:port"
    target.remove_prefix(scheme + 3);
    const std::size_t slash = target.find('/');
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  return percent_decode(target.substr(0, target.find('?')));
}

bool expects_continue(HttpParser& parser) {
  return !parser.http_1_0() && equals_ignoring_case(parser.headers().get("Expect"), "100-continue");
}

}  // namespace

ServerConnection::ServerConnection(ByteStream& stream, ConnectionPeer peer,
                                   const ServerOptions& options, const Handler& handler,
                                   std::stop_token stop, bool refuse)
    : stream_(stream),
      reader_(stream),
      peer_(std::move(peer)),
      options_(options),
      handler_(handler),
      stop_(std::move(stop)),
      refuse_(refuse) {}

CallLimits ServerConnection::limits() const {
  return {Deadline::after(options_.idle_timeout), stop_};
}

void ServerConnection::run() {
  while (serve_one()) {
  }
}

void ServerConnection::refuse(int status, std::string_view why) {
  StreamResponder::Exchange exchange;
  exchange.close = true;
  exchange.patience = std::chrono::seconds(1);
  StreamResponder responder(stream_, exchange, stop_);
  Headers headers;
  headers.add("Content-Type", "text/plain; charset=utf-8");
  if (status == 503) headers.add("Retry-After", "1");
  if (!responder.respond(status, headers, std::string(why) + "\n")) return;
  stream_.finish_writing();
  const CallLimits lingering{Deadline::after(linger_time), stop_};
  std::array<char, 16384> thrown_away{};
  std::size_t total = 0;
  while (total < linger_bytes) {
    const auto count = stream_.read_some(thrown_away, lingering);
    if (!count || *count == 0) return;
    total += *count;
  }
}

bool ServerConnection::read_head(HttpParser& parser) {
  CallLimits within = limits();
  while (!parser.head_done()) {
    const bool idle = !parser.started();
    if (auto read = reader_.advance(parser, within); !read) {
      if (read.error().code != ErrorCode::protocol) return false;
      switch (parser.refusal()) {
        case Refusal::head_too_large:
          refuse(431, "the request's headers are too large");
          break;
        case Refusal::body_too_large:
          refuse(413, "the request's body is too large");
          break;
        default:
          refuse(400, "not a proper HTTP request: " + read.error().message);
      }
      return false;
    }
    // The whole head has to come within the limit from its first byte on.
    if (idle) within = limits();
  }
  return true;
}

bool ServerConnection::read_body(HttpParser& parser) {
  if (!parser.done() && expects_continue(parser) && parser.body_size() == 0) {
    if (!stream_.write("HTTP/1.1 100 Continue\r\n\r\n", limits())) return false;
  }
  while (!parser.done()) {
    if (auto read = reader_.advance(parser, limits()); !read) {
      if (parser.refusal() == Refusal::body_too_large) {
        refuse(413, "the request's body is too large");
      } else if (read.error().code == ErrorCode::protocol) {
        refuse(400, "the request's body is not proper HTTP: " + read.error().message);
      }
      return false;
    }
  }
  return true;
}

bool ServerConnection::read_request(HttpParser& parser) {
  if (!read_head(parser)) return false;
  if (refuse_) {
    refuse(503, "too many connections");
    return false;
  }
  return read_body(parser);
}

bool ServerConnection::serve_one() {
  ParserOptions expected;
  expected.request = true;
  expected.max_head = head_limit;
  expected.max_body = options_.max_body;
  HttpParser parser(expected);
  if (!read_request(parser)) return false;

  ServerRequest request;
  request.method = std::move(parser.start_line().method);
  request.target = std::move(parser.start_line().target);
  auto path = path_of(request.target);
  if (!path) {
    refuse(400, "the request's path has a broken % escape");
    return false;
  }
  request.path = std::move(*path);
  request.headers = std::move(parser.headers());
  request.body = parser.take_body();
  request.peer = peer_.address;
  request.client = peer_.certificate;
  request.strange_certificate = peer_.strange_certificate;

  StreamResponder::Exchange exchange;
  exchange.answers_head = request.method == "HEAD";
  exchange.http_1_0 = parser.http_1_0();
  exchange.early_bytes = reader_.has_left_over();
  exchange.close = !parser.keep_alive();
  exchange.patience = options_.idle_timeout;
  StreamResponder responder(stream_, exchange, stop_);
  bool threw = false;
  // The handler is not ours; what it throws must not end the server.
  try {
    handler_(request, responder, stop_);
  } catch (...) {
    threw = true;
  }
  if (!responder.answered()) {
    Headers headers;
    headers.add("Content-Type", "text/plain; charset=utf-8");
    if (!responder.respond(500, headers, "internal error\n")) return false;
  }
  // A body that the handler or the stop cut short must not look whole.
  if (threw || stop_.stop_requested()) return false;
  return responder.finish() && responder.keeps_connection();
}

void serve_connection(ByteStream& stream, const std::string& peer, const ServerOptions& options,
                      const Handler& handler, std::stop_token stop) {
  ServerConnection(stream, {peer, {}, false}, options, handler, std::move(stop), false).run();
}

}  // namespace kaito::net
