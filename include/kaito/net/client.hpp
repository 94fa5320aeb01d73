#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kaito/net/http.hpp"
#include "kaito/net/url.hpp"

namespace kaito::net {

/// How the server proves who it is, and who we are. PEM texts, not paths: reading files is the
/// caller's. Source: kubernetes-client.md 2.1.
struct TlsOptions {
  std::string ca_pem;           ///< the only trust anchors; "" = the system's
  std::string ca_source;        ///< where ca_pem came from, for messages
  std::string client_cert_pem;  ///< leaf first, then intermediates
  std::string client_key_pem;
  std::string server_name;  ///< for SNI and verification instead of the URL's host
  bool skip_verification = false;
};

/// What stands between us and the server. Source: kubernetes-client.md 2.3.
struct Proxy {
  enum class Kind : std::uint8_t {
    http,    ///< CONNECT for https servers, the whole URL for plain ones; over TLS where url.tls
    socks5,  ///< the proxy resolves the server's name
  };
  Kind kind = Kind::http;
  Url url;
  std::string user;  ///< both empty: no credentials
  std::string password;

  [[nodiscard]] bool has_credentials() const { return !user.empty() || !password.empty(); }
  /// The value of Proxy-Authorization ("Basic ..."), or "".
  [[nodiscard]] std::string authorization() const;
  /// "socks5://host:1080", without credentials.
  [[nodiscard]] std::string text() const;
  bool operator==(const Proxy&) const = default;
};

struct ClientOptions {
  Url server;
  TlsOptions tls;
  std::optional<Proxy> proxy;
  std::chrono::milliseconds connect_timeout{
      std::chrono::seconds(30)};  ///< all addresses and TLS together
  std::chrono::milliseconds idle_timeout{std::chrono::seconds(60)};  ///< of a kept connection
  std::size_t max_body = std::size_t{256} << 20;  ///< of send(); streams have no limit
  std::string user_agent;
  /// Makes the connections instead of TCP and the proxy; TLS, where `server` has it, goes on top.
  /// Called from several threads. May be empty.
  std::function<Result<std::unique_ptr<ByteStream>>(const CallLimits&)> dial;
  /// Called after each request for logs: method, URL without query secrets, status (0: none),
  /// duration. May be empty.
  std::function<void(const HttpRequest&, const std::string& url, int status,
                     std::chrono::nanoseconds took)>
      on_request;
};

/// An HTTP/1.1 client of one server: TLS 1.2 or newer, ALPN http/1.1, TCP_NODELAY, kept
/// connections. Calls block on the calling thread, drive an io_context of their own and end at the
/// deadline or within 100 ms of the stop request. A kept connection that turns out dead before a
/// byte of the answer arrived is replaced once, silently, for GET and HEAD, and for others only if
/// nothing was sent on it. Thread-safe: concurrent calls use connections of their own.
class HttpClient final : public Transport {
 public:
  /// Errors: invalid (CA or client certificate cannot be parsed, key does not match).
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> create(ClientOptions options);
  ~HttpClient() override;

  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request,
                                          const CallLimits& limits) override;
  [[nodiscard]] Result<std::unique_ptr<BodyStream>> open(const HttpRequest& request,
                                                         const CallLimits& limits) override;
  [[nodiscard]] Result<Upgraded> upgrade(const HttpRequest& request,
                                         const CallLimits& limits) override;

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::net
