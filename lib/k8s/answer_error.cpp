#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <utility>

#include "denied.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"

namespace kaito::k8s {
namespace {

constexpr std::size_t kTextBytes = 2048;  // of the server's own words in a message
constexpr std::size_t kStatusBytes = std::size_t{4} << 20;  // a Status is small; this is plenty

/// The Status behind an error.
class StatusPayload final : public ErrorPayload {
 public:
  explicit StatusPayload(Status status) : status_(std::move(status)) {}
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  Status status_;
};

/// What a reason or, when it is empty or unknown, an HTTP code means.
struct Meaning {
  std::string_view reason;
  int http_code;
  ErrorCode code;
};

// The first row of an HTTP code is what the code alone stands for.
constexpr std::array<Meaning, 20> meanings{{
    {"BadRequest", 400, ErrorCode::invalid},
    {"Unauthorized", 401, ErrorCode::unauthenticated},
    {"Forbidden", 403, ErrorCode::forbidden},
    {"NotFound", 404, ErrorCode::not_found},
    {"MethodNotAllowed", 405, ErrorCode::failed},
    {"NotAcceptable", 406, ErrorCode::failed},
    {"Conflict", 409, ErrorCode::conflict},
    {"AlreadyExists", 409, ErrorCode::already_exists},
    {"Expired", 410, ErrorCode::expired},
    {"Gone", 410, ErrorCode::expired},
    {"RequestEntityTooLarge", 413, ErrorCode::invalid},
    {"UnsupportedMediaType", 415, ErrorCode::failed},
    {"Invalid", 422, ErrorCode::invalid},
    {"TooManyRequests", 429, ErrorCode::unavailable},
    {"InternalError", 500, ErrorCode::failed},
    {"ServerTimeout", 500, ErrorCode::unavailable},
    {"StorageReadError", 500, ErrorCode::failed},
    {"BadGateway", 502, ErrorCode::unavailable},
    {"ServiceUnavailable", 503, ErrorCode::unavailable},
    {"Timeout", 504, ErrorCode::unavailable},
}};

const Meaning* meaning_of_reason(std::string_view reason) {
  const auto* found = std::find_if(meanings.begin(), meanings.end(),
                                   [reason](const Meaning& m) { return m.reason == reason; });
  return found == meanings.end() ? nullptr : found;
}

Meaning meaning_of_code(int http_code, std::string_view method) {
  if (http_code == 409 && method == "POST") return *meaning_of_reason("AlreadyExists");
  const auto* found = std::find_if(meanings.begin(), meanings.end(), [http_code](const Meaning& m) {
    return m.http_code == http_code;
  });
  if (found != meanings.end()) return *found;
  if (http_code >= 500) return {"InternalError", http_code, ErrorCode::failed};
  if (http_code >= 400) return {"", http_code, ErrorCode::failed};
  return {"", http_code, ErrorCode::protocol};  // no failure, and yet not what was asked for
}

/// "text/plain" of "text/plain; charset=utf-8".
std::string media_type(std::string_view content_type) {
  return to_lower(trim(content_type.substr(0, content_type.find(';'))));
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::optional<Status> status_in(std::string_view content_type, std::string_view body) {
  const std::string type = media_type(content_type);
  if (!type.empty() && type != "application/json" && !ends_with(type, "+json")) return std::nullopt;
  json::ParseLimits limits;
  limits.bytes = kStatusBytes;
  const auto value = json::parse(body, limits);
  if (!value) return std::nullopt;  // not JSON after all: a proxy's text, made up for by the code
  auto status = read_status(*value);
  if (!status || status->success) return std::nullopt;
  return status;
}

/// A Status where the server, or what stands in front of it, sent none.
Status made_up(const Meaning& meaning, std::string_view content_type, std::string_view body) {
  Status status;
  status.code = meaning.http_code;
  status.reason = meaning.reason;
  const std::string type = media_type(content_type);
  if (type.empty() || type.substr(0, 5) == "text/")
    status.message = shorten(trim(body), kTextBytes);
  status.causes.push_back({"UnexpectedServerResponse", status.message, ""});
  return status;
}

bool is_webhook_denial(const Status& status) {
  return status.message.find("admission webhook \"") != std::string::npos &&
         status.message.find("denied the request") != std::string::npos;
}

ErrorCode code_of(const Status& status, int http_code, std::string_view method) {
  if (http_code == 429) return ErrorCode::unavailable;
  const Meaning* known = meaning_of_reason(status.reason);
  const ErrorCode code = known != nullptr ? known->code : meaning_of_code(http_code, method).code;
  // A webhook that refuses the content may say 403; the caller is allowed, the object is wrong.
  if (code == ErrorCode::forbidden && is_webhook_denial(status)) return ErrorCode::invalid;
  // The server's words for a path that it does not have.
  if (code == ErrorCode::not_found && status.name.empty() &&
      status.message == "the server could not find the requested resource")
    return ErrorCode::not_served;
  return code;
}

/// One line per cause, "field: message"; a single cause goes on in the line of the message.
std::string invalid_text(const Status& status) {
  if (status.causes.empty()) return status.message;
  const auto line = [](const Status::Cause& cause) {
    if (cause.field.empty()) return cause.message;
    return cause.field + ": " + cause.message;
  };
  if (status.causes.size() == 1) return line(status.causes.front());
  std::string text = "the server found " + std::to_string(status.causes.size()) + " problems";
  for (const Status::Cause& cause : status.causes)
    text += "\n  " + line(cause);
  return text;
}

std::string server_text(const Status& status) {
  std::string text = status.reason == "Invalid" ? invalid_text(status) : status.message;
  if (text.empty()) text = "the server answered " + std::to_string(status.code);
  if (status.message.empty() && !status.reason.empty()) text += ' ' + status.reason;
  return shorten(trim(text), kTextBytes);
}

/// For an answer that is not the API server's own.
std::string bare_text(const Status& status, ErrorCode code, std::string_view content_type) {
  std::string text =
      code == ErrorCode::not_served ? "the server does not serve this API" : "the server answered";
  text += (code == ErrorCode::not_served ? " (" : " ") + std::to_string(status.code);
  if (media_type(content_type) == "text/html") {
    text += " with an HTML page, as a proxy or a login page does";
  } else if (!status.message.empty()) {
    text += ": " + status.message;
  } else if (!status.reason.empty()) {
    text += ' ' + status.reason;
  }
  return code == ErrorCode::not_served ? text + ')' : text;
}

std::string forbidden_hint(const Status& status) {
  const auto denied = read_denied(status.message);
  if (!denied) return {};
  if (denied->user == "system:anonymous")
    return "the server took you for an anonymous user: the kubeconfig holds no credentials for it";
  return "user \"" + denied->user +
         "\" needs this permission from an administrator; check with: " + denied->question();
}

std::string hint_of(const Status& status, ErrorCode code) {
  switch (code) {
    case ErrorCode::unauthenticated:
      return "the credentials of this context are missing, wrong or expired: sign in again, or get "
             "a new kubeconfig";
    case ErrorCode::forbidden:
      return forbidden_hint(status);
    case ErrorCode::not_found:
      if (status.kind != "namespaces" || !dns_label_problem(status.name).empty()) return {};
      return "create the namespace first: kubectl create namespace " + status.name;
    case ErrorCode::already_exists:
      if (status.message.find("object is being deleted: ") == std::string::npos) return {};
      return "the old object is still being deleted: try again when it is gone";
    case ErrorCode::unavailable:
      if (!status.retry_after_seconds) return {};
      return "the server asks to try again in " + std::to_string(*status.retry_after_seconds) +
             " s";
    default:
      return {};
  }
}

}  // namespace

Error error_of_answer(std::string_view doing, std::string_view method, int http_code,
                      std::string_view content_type, std::string_view body) {
  Error error;
  error.message = doing;
  if (!doing.empty()) error.message += ": ";
  Status status;
  if (auto sent = status_in(content_type, body)) {
    status = std::move(*sent);
    // A stream or an older server may carry a failure in an answer of code 200.
    if (status.code == 0) status.code = http_code;
    error.code = code_of(status, status.code, method);
    error.message += server_text(status);
  } else {
    const Meaning meaning = meaning_of_code(http_code, method);
    status = made_up(meaning, content_type, body);
    error.code = http_code == 404 ? ErrorCode::not_served : meaning.code;
    error.message += bare_text(status, error.code, content_type);
  }
  error.hint = hint_of(status, error.code);
  error.payload = std::make_shared<const StatusPayload>(std::move(status));
  return error;
}

const Status* status_of(const Error& error) {
  const auto* payload = dynamic_cast<const StatusPayload*>(error.payload.get());
  return payload == nullptr ? nullptr : &payload->status();
}

}  // namespace kaito::k8s
