#include "kube/api_server.hpp"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <utility>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kaito/base/version.hpp"
#include "kaito/json/json.hpp"
#include "kube/credential_rule.hpp"

namespace kaito::kube {
namespace {

using Clock = std::chrono::steady_clock;

#if defined(__aarch64__)
constexpr std::string_view architecture = "arm64";
#else
constexpr std::string_view architecture = "amd64";
#endif

constexpr std::size_t longest_error_body = std::size_t{1} << 20;

bool is_success(int status) {
  return status >= 200 && status < 300;
}

net::HttpRequest wire_request(const k8s::Request& request) {
  net::HttpRequest wire;
  wire.method = request.method;
  wire.target = request.target();
  wire.headers.add("Accept", request.accept);
  if (!request.content_type.empty()) wire.headers.add("Content-Type", request.content_type);
  wire.body = request.body;
  return wire;
}

/// The body of an error answer that was opened as a stream; what cannot be read is left out.
std::string drain(net::BodyStream& stream, const CallLimits& limits) {
  std::string body;
  while (body.size() < longest_error_body) {
    auto piece = stream.read(limits);
    if (!piece || piece->empty()) break;
    body += *piece;
  }
  return body;
}

std::string failure_text(const Result<Answer>& result) {
  if (!result) return result.error().describe();
  return fmt::format("HTTP {}", result->head.status);
}

/// ", flow schema UID" where the server says under which rule of its queues the request fell.
std::string flow_text(const Result<Answer>& result) {
  if (!result) return {};
  const auto uid = result->head.headers.get("X-Kubernetes-Pf-Flowschema-Uid");
  return uid.empty() ? std::string() : fmt::format(", flow schema {}", shorten(uid, 64));
}

/// The Status in an answer that is a failure.
std::optional<k8s::Status> status_in(const Answer& answer) {
  if (answer.body.size() > longest_error_body) return std::nullopt;
  const auto value = json::parse(answer.body);
  return value ? k8s::read_status(*value) : std::nullopt;
}

/// Where a redirect leads, without a query, which may hold secrets.
std::string redirect_target(const net::HttpHead& head) {
  const auto location = head.headers.get("Location");
  if (location.empty() || location.starts_with('/')) return {};
  const auto url = net::parse_url(location);
  return url ? url->text() : std::string();
}

}  // namespace

ApiServer::ApiServer(std::shared_ptr<net::Transport> transport, ClusterConfig config, ClientLog log,
                     TransportFactory certified)
    : config_(std::move(config)),
      transport_(std::move(transport), config_.tls, std::move(certified)),
      log_(std::move(log)) {
  log_.keep_secret(config_.basic_password);
  if (config_.proxy) {
    log_.keep_secret(config_.proxy->password);
    log_.keep_secret(config_.proxy->authorization());
  }
}

double ApiServer::random() {
  const std::lock_guard lock(random_mutex_);
  return std::uniform_real_distribution<double>(0, 1)(random_);
}

std::string ApiServer::url_of(const net::HttpRequest& request) const {
  return config_.server.text() + request.target;
}

Error ApiServer::located(Error error) const {
  // The transport has named method and URL.
  if (!config_.context.empty())
    return std::move(error).in(
        fmt::format("context \"{}\" (from {})", config_.context, config_.origin));
  return config_.origin.empty() ? error : std::move(error).in("cluster from " + config_.origin);
}

std::string ApiServer::credentials_hint() const {
  if (config_.credentials == nullptr && !config_.basic_user.empty())
    return "API servers take no username and password since Kubernetes 1.19: use a token or a "
           "client certificate";
  const bool none = config_.credentials == nullptr && config_.tls.client_cert_pem.empty();
  if (none || !may_carry_credentials(config_.server))
    return "no credentials were sent: name a user that has some (--context, --user), or pass "
           "--token";
  if (config_.user.empty())
    return "the token may have expired or belong to another cluster: get a new one";
  return fmt::format(
      "the credentials of user \"{}\" ({}) may have expired: fetch them again, or pass --token",
      config_.user, config_.origin);
}

void ApiServer::log_credential_problem() {
  const auto problem = config_.credentials->problem();
  const std::lock_guard lock(problem_mutex_);
  if (problem != credential_problem_ && !problem.empty()) log_.line(1, problem);
  credential_problem_ = problem;
}

Result<ApiServer::Identity> ApiServer::authorize(net::HttpRequest& request,
                                                 const CallLimits& limits) {
  request.headers.set("User-Agent", fmt::format("kaitoctl/{} (linux/{})", version(), architecture));
  if (!config_.impersonate_user.empty()) {
    request.headers.set("Impersonate-User", config_.impersonate_user);
    if (!config_.impersonate_uid.empty())
      request.headers.set("Impersonate-Uid", config_.impersonate_uid);
    for (const auto& group : config_.impersonate_groups)
      request.headers.add("Impersonate-Group", group);
    for (const auto& [key, values] : config_.impersonate_extra)
      for (const auto& value : values)
        request.headers.add("Impersonate-Extra-" + k8s::percent_encode(key), value);
  }
  Identity identity{transport_.first(), nullptr};
  if (!may_carry_credentials(config_.server) || request.headers.has("Authorization"))
    return identity;
  if (config_.credentials != nullptr) {
    auto credential = config_.credentials->credential(limits);
    if (!credential) return fail(located(std::move(credential).error()));
    identity.credential = std::move(*credential);
    log_credential_problem();
    auto transport = transport_.transport_for(*identity.credential);
    if (!transport)
      return fail(located(std::move(transport).error().in("from " + config_.credentials->name())));
    identity.transport = std::move(*transport);
    if (const auto& token = identity.credential->token; !token.empty()) {
      log_.keep_secret(token);
      request.headers.set("Authorization", "Bearer " + token);
      return identity;
    }
  }
  if (!config_.basic_user.empty()) {
    const auto pair = base64_encode(config_.basic_user + ":" + config_.basic_password);
    log_.keep_secret(pair);
    request.headers.set("Authorization", "Basic " + pair);
  }
  return identity;
}

Result<void> ApiServer::authenticate(const CallLimits& limits) {
  net::HttpRequest nobody_sends;
  KAITO_CHECK(authorize(nobody_sends, limits));
  return {};
}

Result<bool> ApiServer::renew_if_refused(int status, const Identity& used,
                                         const CallLimits& limits) {
  if (status != 401 || used.credential == nullptr) return false;
  auto renewed = config_.credentials->renew_after_refusal(used.credential, limits);
  if (!renewed)
    return fail(located(std::move(renewed).error().in("the server refused the credentials (401)")));
  log_.line(
      1, fmt::format("the server refused the credentials from {}: {}", config_.credentials->name(),
                     *renewed ? "trying with others" : "there are no others"));
  return renewed;
}

Result<Answer> ApiServer::attempt(const net::HttpRequest& request, net::Transport& transport,
                                  Reading reading, const CallLimits& limits) {
  log_.request(request);
  const auto start = Clock::now();
  Answer answer;
  Result<void> outcome;
  if (reading == Reading::whole) {
    auto response = transport.send(request, limits);
    if (response) {
      answer.head = std::move(response->head);
      answer.body = std::move(response->body);
    } else {
      outcome = fail(std::move(response).error());
    }
  } else {
    auto stream = transport.open(request, limits);
    if (stream) {
      answer.head = (*stream)->head();
      if (is_success(answer.head.status))
        answer.stream = std::move(*stream);
      else
        answer.body = drain(**stream, limits);
    } else {
      outcome = fail(std::move(stream).error());
    }
  }
  const auto took = Clock::now() - start;
  if (!outcome) {
    log_.no_answer(request.method, url_of(request), outcome.error(), took);
    return fail(located(std::move(outcome).error()));
  }
  log_.answer(request.method, url_of(request), answer.head, took);
  if (answer.stream == nullptr) log_.body("< ", answer.body);
  log_.warnings(answer.head.headers);
  return answer;
}

std::optional<std::chrono::milliseconds> ApiServer::delay_after(
    const k8s::Request& request, const Result<Answer>& result, unsigned attempts,
    std::chrono::nanoseconds took, std::optional<k8s::Request>& instead) {
  FailedAttempt failed;
  failed.took = took;
  if (result) {
    if (is_success(result->head.status)) return std::nullopt;
    const auto status = status_in(*result);
    failed.status = result->head.status;
    failed.retry_after = retry_after(result->head, status);
    if (failed.status == 504 && version_too_large(status)) instead = without_version(request);
  } else {
    if (result.error().code != ErrorCode::unreachable) return std::nullopt;
    failed.stage = net::stage_of(result.error());
  }
  return delay_before_next(repeatable(request), failed, attempts, random());
}

Result<Answer> ApiServer::given_up(const k8s::Request& request, Result<Answer> result,
                                   std::string earlier) const {
  const auto last = result && is_success(result->head.status) ? "" : failure_text(result);
  if (last.empty() || last == earlier) earlier.clear();
  if (result) {
    result->earlier = std::move(earlier);
    return result;
  }
  auto error = std::move(result).error().in(request.doing);
  if (!earlier.empty()) error.message += fmt::format(" (the attempt before: {})", earlier);
  if (outcome_unknown(error)) error = std::move(error).hinted(outcome_hint(request));
  return fail(std::move(error));
}

Result<Answer> ApiServer::repeat(const k8s::Request& request, Reading reading,
                                 const CallLimits& limits) {
  std::string earlier;
  std::optional<k8s::Request> instead;
  bool renewed = false;
  for (unsigned attempts = 1;; ++attempts) {
    auto wire = wire_request(instead ? *instead : request);
    if (reading == Reading::whole && !config_.disable_compression)
      wire.headers.add("Accept-Encoding", "gzip");
    auto identity = authorize(wire, limits);
    if (!identity) return fail(std::move(identity).error().in(request.doing));
    const auto start = Clock::now();
    auto result = attempt(wire, *identity->transport, reading, limits);

    std::optional<std::chrono::milliseconds> delay;
    if (result && result->head.status == 401 && !renewed) {
      // A request that was refused so was never acted upon.
      renewed = true;
      auto others = renew_if_refused(401, *identity, limits);
      if (!others) return fail(std::move(others).error().in(request.doing));
      if (*others) delay.emplace(0);
    } else {
      delay = delay_after(request, result, attempts, Clock::now() - start, instead);
    }
    // A wait that ends after the deadline would only hide why the server did not answer.
    if (delay && Deadline::after(*delay).moment() >= limits.deadline.moment()) delay.reset();
    if (!delay) return given_up(request, std::move(result), std::move(earlier));
    earlier = failure_text(result);
    log_.line(4, fmt::format("attempt {} failed ({}{}); the next in {}", attempts,
                             escape_controls(earlier), escape_controls(flow_text(result)),
                             format_duration(*delay)));
    if (auto waited = wait(*delay, limits); !waited)
      return fail(located(std::move(waited).error()).in(request.doing));
  }
}

Result<Answer> ApiServer::send(const k8s::Request& request, const CallLimits& limits) {
  return repeat(request, Reading::whole, limits);
}

Result<Answer> ApiServer::open(const k8s::Request& request, const CallLimits& limits) {
  return repeat(request, Reading::stream, limits);
}

Result<net::HttpResponse> ApiServer::send_once(net::HttpRequest request, const CallLimits& limits) {
  const auto asked = request;
  KAITO_TRY(auto identity, authorize(request, limits));
  KAITO_TRY(auto answer, attempt(request, *identity.transport, Reading::whole, limits));
  KAITO_TRY(const bool again, renew_if_refused(answer.head.status, identity, limits));
  if (again) {
    request = asked;
    KAITO_TRY(identity, authorize(request, limits));
    KAITO_TRY(answer, attempt(request, *identity.transport, Reading::whole, limits));
  }
  return net::HttpResponse{std::move(answer.head), std::move(answer.body)};
}

Result<std::unique_ptr<net::BodyStream>> ApiServer::open_stream(const net::HttpRequest& request,
                                                                net::Transport& transport,
                                                                const CallLimits& limits) {
  log_.request(request);
  const auto start = Clock::now();
  auto stream = transport.open(request, limits);
  const auto took = Clock::now() - start;
  if (!stream) {
    log_.no_answer(request.method, url_of(request), stream.error(), took);
    return fail(located(std::move(stream).error()));
  }
  log_.answer(request.method, url_of(request), (*stream)->head(), took);
  log_.warnings((*stream)->head().headers);
  return stream;
}

Result<std::unique_ptr<net::BodyStream>> ApiServer::open_once(net::HttpRequest request,
                                                              const CallLimits& limits) {
  const auto asked = request;
  KAITO_TRY(auto identity, authorize(request, limits));
  KAITO_TRY(auto stream, open_stream(request, *identity.transport, limits));
  KAITO_TRY(const bool again, renew_if_refused(stream->head().status, identity, limits));
  if (!again) return stream;
  request = asked;
  KAITO_TRY(identity, authorize(request, limits));
  return open_stream(request, *identity.transport, limits);
}

Result<net::Upgraded> ApiServer::upgrade_once(net::HttpRequest request, const CallLimits& limits) {
  const auto asked = request;
  KAITO_TRY(auto identity, authorize(request, limits));
  KAITO_TRY(auto answer, upgrade(request, *identity.transport, limits));
  KAITO_TRY(const bool again, renew_if_refused(answer.head.status, identity, limits));
  if (!again) return answer;
  request = asked;
  KAITO_TRY(identity, authorize(request, limits));
  return upgrade(request, *identity.transport, limits);
}

Result<net::Upgraded> ApiServer::upgrade(const net::HttpRequest& request, net::Transport& transport,
                                         const CallLimits& limits) {
  log_.request(request);
  const auto start = Clock::now();
  auto answer = transport.upgrade(request, limits);
  const auto took = Clock::now() - start;
  if (!answer) {
    log_.no_answer(request.method, url_of(request), answer.error(), took);
    return fail(located(std::move(answer).error()));
  }
  log_.answer(request.method, url_of(request), answer->head, took);
  log_.warnings(answer->head.headers);
  return answer;
}

Error ApiServer::error_of(const k8s::Request& request, const Answer& answer) const {
  const int status = answer.head.status;
  auto error = k8s::error_of_answer(request.doing, request.method, status,
                                    answer.head.content_type(), answer.body);
  if (error.code == ErrorCode::unauthenticated) error.hint = credentials_hint();
  if (outcome_unknown(error)) error = std::move(error).hinted(outcome_hint(request));
  // Not followed: what is at the other end would be given credentials and believed.
  if (const auto target = redirect_target(answer.head);
      status >= 300 && status < 400 && !target.empty()) {
    error.message += fmt::format(" (a redirect to {}, which is not followed)", target);
    error.hint = "if that is your cluster, make it the server in your kubeconfig";
  }
  if (!answer.earlier.empty())
    error.message += fmt::format(" (the attempt before: {})", answer.earlier);
  return error;
}

Result<json::Value> ApiServer::decode(const k8s::Request& request, const Answer& answer) const {
  if (!is_success(answer.head.status)) return fail(error_of(request, answer));
  auto value = json::parse(answer.body);
  if (!value) {
    const auto type = answer.head.content_type();
    return fail(ErrorCode::protocol,
                fmt::format("{}: the server answered {} with {} that is not JSON: {}",
                            request.doing, answer.head.status,
                            type.empty() ? "a body" : escape_controls(type), value.error().message),
                fmt::format("is {} the URL of a Kubernetes API server?", config_.server.text()));
  }
  if (const auto status = k8s::read_status(*value); status && !status->success)
    return fail(k8s::error_of_answer(request.doing, request.method,
                                     status->code != 0 ? status->code : 500,
                                     answer.head.content_type(), answer.body));
  return value;
}

}  // namespace kaito::kube
