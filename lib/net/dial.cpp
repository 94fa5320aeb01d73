#include <fmt/format.h>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kaito/net/failure.hpp"
#include "net/connection.hpp"
#include "net/http_wire.hpp"
#include "net/socks5.hpp"
#include "net/tcp.hpp"
#include "net/tls_stream.hpp"

namespace kaito::net {
namespace {

constexpr std::size_t proxy_head_limit = std::size_t{64} << 10;

Error at_stage(Stage stage, Error error) {
  // Who knows better has said so.
  if (error.code == ErrorCode::unreachable && error.payload == nullptr)
    error.payload = std::make_shared<const Failure>(stage);
  return error;
}

/// "server", or "proxy" when that is who did not answer.
tl::unexpected<Error> not_connected(Error error, std::string_view who, const Url& url) {
  if (error.code == ErrorCode::unreachable) {
    error.message =
        fmt::format("cannot connect to the {} {}: {}", who, host_and_port(url), error.message);
    if (error.hint.empty()) {
      error.hint = fmt::format("check that the {} runs, and that its address is right", who);
    }
  } else if (error.code == ErrorCode::timeout) {
    error.message = fmt::format("timed out connecting to the {} {}", who, host_and_port(url));
  }
  return fail(at_stage(Stage::connect, std::move(error)));
}

Result<std::unique_ptr<ByteStream>> connect_tcp(const Url& url, std::string_view who,
                                                const CallLimits& limits) {
  auto addresses = resolve(url.host, url.port, limits);
  if (!addresses) return not_connected(std::move(addresses).error(), who, url);
  auto stream = TcpStream::connect(*addresses, limits);
  if (!stream) return not_connected(std::move(stream).error(), who, url);
  return std::unique_ptr<ByteStream>(std::move(*stream));
}

Result<std::unique_ptr<ByteStream>> start_tls(std::unique_ptr<ByteStream> lower,
                                              std::shared_ptr<const TlsContext> context,
                                              const std::string& name, const Url& url,
                                              const CallLimits& limits) {
  const std::string server = host_and_port(url);
  auto stream = TlsStream::connect(std::move(lower), std::move(context), name, server, limits);
  if (stream) return std::unique_ptr<ByteStream>(std::move(*stream));
  Error error = std::move(stream).error();
  if (error.code == ErrorCode::timeout) {
    error.message = fmt::format("timed out in the TLS handshake with {}", server);
  }
  return fail(at_stage(Stage::handshake, std::move(error)));
}

/// Asks the proxy for a tunnel to the server. Source: RFC 9110 9.3.6.
Result<void> open_tunnel(ByteStream& stream, const ClientOptions& options,
                         const CallLimits& limits) {
  const std::string target = host_and_port(options.server);
  const std::string proxy = host_and_port(options.proxy->url);
  const std::string authorization = options.proxy->authorization();
  RequestHead head;
  head.method = "CONNECT";
  head.target = target;
  head.host = target;
  head.user_agent = options.user_agent;
  head.proxy_authorization = authorization;
  KAITO_TRY(const std::string message, write_head(head, {}));
  const auto problem = [&](Error error) {
    error.message =
        fmt::format("the proxy {}, asked to connect to {}: {}", proxy, target, error.message);
    return fail(std::move(error));
  };
  if (auto sent = stream.write(message, limits); !sent) return problem(std::move(sent).error());

  // A 2xx answer to CONNECT has no body, whatever its headers say; of another the head suffices.
  ParserOptions expected;
  expected.answers_head = true;
  expected.max_head = proxy_head_limit;
  HttpParser answer(expected);
  MessageReader reader(stream);
  while (!answer.head_done()) {
    if (auto read = reader.advance(answer, limits); !read) return problem(std::move(read).error());
  }
  const int status = answer.start_line().status;
  if (status == 407) {
    return fail(proxy_refused(*options.proxy));
  }
  if (status < 200 || status > 299) {
    // What gateways say of a server that they cannot reach just now.
    const bool may_pass = status >= 502 && status <= 504;
    return fail(
        Error{ErrorCode::unreachable,
              fmt::format("the proxy {} does not connect to {}: {} {}", proxy, target, status,
                          escape_controls(shorten(answer.start_line().reason, 200))),
              {},
              {},
              std::make_shared<const Failure>(may_pass ? Stage::connect : Stage::handshake)});
  }
  if (reader.has_left_over()) {
    return fail(ErrorCode::protocol,
                fmt::format("the proxy {} sent data before the tunnel was used", proxy));
  }
  return {};
}

/// A stream to the server, or to the proxy that reads plain requests; the server's TLS is still to
/// come.
Result<std::unique_ptr<ByteStream>> reach(const Route& route, const CallLimits& limits) {
  const ClientOptions& options = route.options;
  if (options.dial) return options.dial(limits);
  if (!options.proxy) return connect_tcp(options.server, "server", limits);
  const Proxy& proxy = *options.proxy;
  KAITO_TRY(auto stream, connect_tcp(proxy.url, "proxy", limits));
  if (proxy.kind == Proxy::Kind::socks5) {
    auto opened = socks5_connect(*stream, proxy, options.server, limits);
    if (!opened) return fail(at_stage(Stage::handshake, std::move(opened).error()));
    return stream;
  }
  if (proxy.url.tls) {
    auto secured = start_tls(std::move(stream), route.proxy_tls, proxy.url.host, proxy.url, limits);
    if (!secured) return fail(std::move(secured).error().in("proxy"));
    stream = std::move(*secured);
  }
  if (options.server.tls) {
    auto opened = open_tunnel(*stream, options, limits);
    if (!opened) return fail(at_stage(Stage::handshake, std::move(opened).error()));
  }
  return stream;
}

Result<std::unique_ptr<ByteStream>> dial_within(const Route& route, const CallLimits& limits) {
  const ClientOptions& options = route.options;
  KAITO_TRY(auto stream, reach(route, limits));
  if (!options.server.tls) return stream;
  const std::string& name =
      options.tls.server_name.empty() ? options.server.host : options.tls.server_name;
  return start_tls(std::move(stream), route.tls, name, options.server, limits);
}

}  // namespace

Error proxy_refused(const Proxy& proxy) {
  return Error{ErrorCode::unreachable,
               fmt::format("the proxy {} {} (407)", host_and_port(proxy.url),
                           proxy.has_credentials() ? "does not accept its user name and password"
                                                   : "wants a user name and a password"),
               {},
               "put them into the proxy URL: http://user:password@proxy:port",
               std::make_shared<const Failure>(Stage::handshake)};
}

std::string host_and_port(const Url& url) {
  const bool v6 = url.host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", url.host, url.port) : fmt::format("{}:{}", url.host, url.port);
}

Result<std::unique_ptr<ByteStream>> dial(const Route& route, const CallLimits& limits) {
  const auto patience = route.options.connect_timeout;
  const Deadline ours = Deadline::after(patience);
  auto stream = dial_within(route, {ours.sooner(limits.deadline), limits.stop});
  if (!stream && stream.error().code == ErrorCode::timeout &&
      Deadline::Clock::now() < limits.deadline.moment()) {
    // The caller still has time: the server is what does not answer.
    Error error = std::move(stream).error();
    error.code = ErrorCode::unreachable;
    error.message += fmt::format(" after {}", format_duration(patience));
    return fail(at_stage(
        Stage::connect,
        std::move(error).hinted("check the address, and firewalls and VPN on the way to it")));
  }
  return stream;
}

}  // namespace kaito::net
