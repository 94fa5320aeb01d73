#include "kaito/net/client.hpp"

#include <functional>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/net/gzip.hpp"
#include "net/connection.hpp"
#include "net/http_wire.hpp"
#include "net/pool.hpp"

namespace kaito::net {
namespace {

/// What Go's TLS servers answer a plain HTTP request with.
constexpr std::string_view http_on_tls_port = "Client sent an HTTP request to an HTTPS server";
constexpr std::size_t largest_refusal = std::size_t{1} << 20;
constexpr std::size_t small_answer = std::size_t{4} << 10;

bool may_repeat(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

/// Methods whose requests say "Content-Length: 0" rather than nothing.
bool announces_body(const HttpRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

/// An answer under way; gives its connection back once the body is read.
class ResponseStream final : public BodyStream {
 public:
  ResponseStream(std::shared_ptr<Pool> pool, std::unique_ptr<Connection> connection, HttpHead head,
                 std::string name)
      : pool_(std::move(pool)),
        connection_(std::move(connection)),
        head_(std::move(head)),
        name_(std::move(name)) {}

  [[nodiscard]] const HttpHead& head() const override { return head_; }

  [[nodiscard]] Result<std::string> read(const CallLimits& limits) override {
    if (failure_) return fail(*failure_);
    while (connection_) {
      HttpParser& answer = connection_->answer();
      if (answer.body_size() > 0) return answer.take_body();
      if (answer.done()) {
        pool_->give_back(std::move(connection_));
        break;
      }
      auto more = connection_->read_body(limits);
      if (more) continue;
      Error error = std::move(more).error().in(name_);
      if (error.code != ErrorCode::timeout && error.code != ErrorCode::interrupted) {
        failure_ = error;
        connection_.reset();
      }
      return fail(std::move(error));
    }
    return std::string();
  }

 private:
  std::shared_ptr<Pool> pool_;
  std::unique_ptr<Connection> connection_;  // null once the body was read or the connection broke
  HttpHead head_;
  std::string name_;
  std::optional<Error> failure_;  // given again by each further read
};

}  // namespace

struct HttpClient::Impl {
  Route route;
  std::shared_ptr<Pool> pool;

  [[nodiscard]] const ClientOptions& options() const { return route.options; }

  [[nodiscard]] std::string url_of(const HttpRequest& request) const {
    return escape_controls(without_secrets(options().server.text() + request.target));
  }

  /// Head and body in one piece, so that they leave in one write.
  [[nodiscard]] Result<std::string> message_of(const HttpRequest& request,
                                               bool upgrade = false) const {
    if (!request.target.starts_with('/')) {
      return fail(ErrorCode::internal, "a request's path must begin with /");
    }
    const std::string host = options().server.authority();
    const std::string target =
        (route.through_plain_proxy() ? options().server.text() : options().server.path) +
        request.target;
    RequestHead head;
    head.method = request.method;
    head.target = target;
    head.host = host;
    head.user_agent = options().user_agent;
    const std::string authorization =
        route.through_plain_proxy() ? options().proxy->authorization() : std::string();
    head.proxy_authorization = authorization;
    head.upgrade = upgrade;
    if (announces_body(request)) head.content_length = request.body.size();
    KAITO_TRY(std::string message, write_head(head, request.headers));
    message += request.body;
    return message;
  }

  [[nodiscard]] Result<std::unique_ptr<Connection>> connect(const CallLimits& limits) const {
    KAITO_TRY(auto stream, dial(route, limits));
    return std::make_unique<Connection>(std::move(stream), host_and_port(options().server));
  }

  /// Sends, and reads the head, on a kept connection or a new one.
  [[nodiscard]] Result<std::unique_ptr<Connection>> exchange(const HttpRequest& request,
                                                             std::optional<std::size_t> max_body,
                                                             const CallLimits& limits) const {
    KAITO_TRY(const std::string message, message_of(request));
    ParserOptions expected;
    expected.answers_head = request.method == "HEAD";
    expected.max_body = max_body;
    if (auto kept = pool->take()) {
      auto done = kept->exchange(message, expected, limits);
      if (done) return kept;
      // The server closed it just as we wrote: not a failure of this request, if repeating it is
      // safe.
      const bool dead = done.error().code == ErrorCode::unreachable && !kept->answer_started();
      if (!dead || (!may_repeat(request.method) && kept->request_sent())) {
        return fail(std::move(done).error());
      }
    }
    KAITO_TRY(auto connection, connect(limits));
    KAITO_CHECK(connection->exchange(message, expected, limits));
    return connection;
  }

  static Result<void> read_whole_body(Connection& connection, const CallLimits& limits) {
    while (!connection.answer().done())
      KAITO_CHECK(connection.read_body(limits));
    return {};
  }

  /// An answer that does not come from the server, or shows that the URL is wrong.
  [[nodiscard]] Result<void> check_answer(Connection& connection, const CallLimits& limits) const {
    if (options().server.tls) return {};
    HttpParser& answer = connection.answer();
    const int status = answer.start_line().status;
    if (status == 407 && route.through_plain_proxy()) {
      return fail(proxy_refused(*options().proxy));
    }
    if (status != 400) return {};
    // Small, and its sender has closed or will at once; if not, it is somebody else's 400.
    while (!answer.done() && answer.body_size() < http_on_tls_port.size()) {
      KAITO_CHECK(connection.read_body(limits));
    }
    if (answer.body_size() > small_answer || !answer.body().starts_with(http_on_tls_port)) {
      return {};
    }
    return fail(speaks_tls(host_and_port(options().server)));
  }

  static HttpHead head_of(HttpParser& answer) {
    return {answer.start_line().status, std::move(answer.start_line().reason),
            std::move(answer.headers())};
  }

  [[nodiscard]] Result<void> inflate(HttpResponse& response) const {
    const std::string_view coding = trim(response.head.headers.get("Content-Encoding"));
    // An answer to HEAD names the coding of a body that is not there.
    if (coding.empty() || equals_ignoring_case(coding, "identity") || response.body.empty()) {
      return {};
    }
    const std::string server = host_and_port(options().server);
    if (!equals_ignoring_case(coding, "gzip") && !equals_ignoring_case(coding, "x-gzip")) {
      return fail(ErrorCode::protocol, "the answer of " + server +
                                           " is in a coding that was not asked for: " +
                                           escape_controls(shorten(coding, 64)));
    }
    auto inflated = gunzip(response.body, options().max_body);
    if (!inflated) {
      Error error = std::move(inflated).error();
      error.message = "the answer of " + server + " cannot be used: " + error.message;
      return fail(std::move(error));
    }
    response.body = std::move(*inflated);
    response.head.headers.remove("Content-Encoding");
    response.head.headers.remove("Content-Length");
    return {};
  }

  Result<HttpResponse> send(const HttpRequest& request, const CallLimits& limits) const {
    KAITO_TRY(auto connection, exchange(request, options().max_body, limits));
    KAITO_CHECK(check_answer(*connection, limits));
    KAITO_CHECK(read_whole_body(*connection, limits));
    HttpResponse response{head_of(connection->answer()), connection->answer().take_body()};
    pool->give_back(std::move(connection));
    KAITO_CHECK(inflate(response));
    return response;
  }

  /// On a connection of its own: whether a kept one is dead shows only when the answer is late.
  Result<Upgraded> upgrade(const HttpRequest& request, const CallLimits& limits) const {
    KAITO_TRY(const std::string message, message_of(request, true));
    KAITO_TRY(auto connection, connect(limits));
    ParserOptions expected;
    expected.max_body = largest_refusal;
    KAITO_CHECK(connection->exchange(message, expected, limits));
    KAITO_CHECK(check_answer(*connection, limits));
    Upgraded answer;
    if (connection->answer().start_line().status == 101) {
      answer.head = head_of(connection->answer());
      answer.stream = connection->release();
      answer.peer = options().server.text();
      return answer;
    }
    KAITO_CHECK(read_whole_body(*connection, limits));
    answer.head = head_of(connection->answer());
    answer.body = connection->answer().take_body();
    pool->give_back(std::move(connection));
    return answer;
  }

  Result<std::unique_ptr<BodyStream>> open(const HttpRequest& request,
                                           const CallLimits& limits) const {
    KAITO_TRY(auto connection, exchange(request, std::nullopt, limits));
    KAITO_CHECK(check_answer(*connection, limits));
    HttpHead head = head_of(connection->answer());
    return std::make_unique<ResponseStream>(pool, std::move(connection), std::move(head),
                                            request.method + " " + url_of(request));
  }

  /// Runs a call, tells the log about it, and puts method and URL before its error.
  template <class Call, class StatusOf>
  auto told(const HttpRequest& request, const Call& call, const StatusOf& status_of) const
      -> decltype(call()) {
    const auto started = std::chrono::steady_clock::now();
    auto outcome = call();
    if (options().on_request) {
      options().on_request(request, url_of(request), outcome ? status_of(*outcome) : 0,
                           std::chrono::steady_clock::now() - started);
    }
    if (!outcome) {
      return fail(std::move(outcome).error().in(request.method + " " + url_of(request)));
    }
    return outcome;
  }
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::create(ClientOptions options) {
  auto impl = std::make_unique<Impl>();
  if (options.server.tls) {
    KAITO_TRY(impl->route.tls, TlsContext::for_client(options.tls));
  }
  if (options.proxy && options.proxy->url.tls) {
    KAITO_TRY(impl->route.proxy_tls, TlsContext::for_proxy(options.tls));
  }
  impl->pool = std::make_shared<Pool>(options.idle_timeout);
  impl->route.options = std::move(options);
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

Result<HttpResponse> HttpClient::send(const HttpRequest& request, const CallLimits& limits) {
  return impl_->told(
      request, [&] { return impl_->send(request, limits); },
      [](const HttpResponse& response) { return response.head.status; });
}

Result<std::unique_ptr<BodyStream>> HttpClient::open(const HttpRequest& request,
                                                     const CallLimits& limits) {
  return impl_->told(
      request, [&] { return impl_->open(request, limits); },
      [](const std::unique_ptr<BodyStream>& stream) { return stream->head().status; });
}

Result<Upgraded> HttpClient::upgrade(const HttpRequest& request, const CallLimits& limits) {
  return impl_->told(
      request, [&] { return impl_->upgrade(request, limits); },
      [](const Upgraded& answer) { return answer.head.status; });
}

}  // namespace kaito::net
