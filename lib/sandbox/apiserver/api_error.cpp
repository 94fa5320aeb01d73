#include "sandbox/apiserver/api_error.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>

#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {
namespace {

class StatusPayload : public ErrorPayload {
 public:
  explicit StatusPayload(k8s::Status status, std::string token = {})
      : status_(std::move(status)), token_(std::move(token)) {}
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] const k8s::Status& status() const { return status_; }

 private:
  k8s::Status status_;
  std::string token_;
};

struct ReasonRow {
  std::string_view reason;
  ErrorCode code;
};
constexpr std::array<ReasonRow, 12> kReasons = {{
    {"Unauthorized", ErrorCode::unauthenticated},
    {"Forbidden", ErrorCode::forbidden},
    {"NotFound", ErrorCode::not_found},
    {"AlreadyExists", ErrorCode::already_exists},
    {"Conflict", ErrorCode::conflict},
    {"Expired", ErrorCode::expired},
    {"Gone", ErrorCode::expired},
    {"Invalid", ErrorCode::invalid},
    {"BadRequest", ErrorCode::invalid},
    {"Timeout", ErrorCode::unavailable},
    {"ServiceUnavailable", ErrorCode::unavailable},
    {"InternalError", ErrorCode::failed},
}};

[[nodiscard]] ErrorCode code_of(const k8s::Status& status) {
  for (const ReasonRow& row : kReasons) {
    if (row.reason == status.reason) return row.code;
  }
  return ErrorCode::failed;
}

[[nodiscard]] k8s::Status failure(int code, std::string reason, std::string message) {
  k8s::Status status;
  status.code = code;
  status.reason = std::move(reason);
  status.message = std::move(message);
  return status;
}

[[nodiscard]] k8s::Status failure_about(const Resource& resource, std::string_view name, int code,
                                        std::string reason, std::string message) {
  k8s::Status status = failure(code, std::move(reason), std::move(message));
  status.name = name;
  status.group = resource.type.group;
  status.kind = resource.type.plural;
  return status;
}

}  // namespace

Error api_error(k8s::Status status) {
  Error error;
  error.code = code_of(status);
  error.message = status.message;
  error.payload = std::make_shared<const StatusPayload>(std::move(status));
  return error;
}

k8s::Status status_of_error(const Error& error) {
  if (const auto* payload = dynamic_cast<const StatusPayload*>(error.payload.get()))
    return payload->status();
  return failure(500, "InternalError", "Internal error occurred: " + error.describe());
}

Error not_found(const Resource& resource, std::string_view name) {
  return api_error(failure_about(resource, name, 404, "NotFound",
                                 fmt::format("{} \"{}\" not found", resource.qualified(), name)));
}

Error already_exists(const Resource& resource, std::string_view name, bool terminating) {
  return api_error(failure_about(
      resource, name, 409, "AlreadyExists",
      fmt::format("{}{} \"{}\" already exists", terminating ? "object is being deleted: " : "",
                  resource.qualified(), name)));
}

Error conflict(const Resource& resource, std::string_view name, std::string_view why) {
  return api_error(failure_about(resource, name, 409, "Conflict",
                                 fmt::format("Operation cannot be fulfilled on {} \"{}\": {}",
                                             resource.qualified(), name, why)));
}

Error stale_revision(const Resource& resource, std::string_view name) {
  return conflict(resource, name,
                  "the object has been modified; please apply your changes to the latest version "
                  "and try again");
}

Error precondition_failed(const Resource& resource, std::string_view name, std::string_view why) {
  k8s::Status status = failure(409, "Conflict",
                               fmt::format("Operation cannot be fulfilled on {} \"{}\": {}",
                                           resource.qualified_kind(), name, why));
  status.name = name;
  status.group = resource.type.group;
  status.kind = resource.type.kind;
  return api_error(std::move(status));
}

Error bad_request(std::string message) {
  return api_error(failure(400, "BadRequest", std::move(message)));
}

Error forbidden(const Resource& resource, std::string_view name, std::string_view why) {
  return api_error(failure_about(
      resource, name, 403, "Forbidden",
      name.empty() ? fmt::format("{} is forbidden: {}", resource.qualified(), why)
                   : fmt::format("{} \"{}\" is forbidden: {}", resource.qualified(), name, why)));
}

Error expired(std::string message) {
  return api_error(failure(410, "Expired", std::move(message)));
}

Error expired_page(std::string message, std::string token) {
  Error error = expired(std::move(message));
  error.payload = std::make_shared<const StatusPayload>(status_of_error(error), std::move(token));
  return error;
}

std::string continue_of_error(const Error& error) {
  const auto* payload = dynamic_cast<const StatusPayload*>(error.payload.get());
  return payload == nullptr ? std::string() : payload->token();
}

Error revision_too_large(std::int64_t wanted, std::int64_t current) {
  k8s::Status status =
      failure(504, "Timeout",
              fmt::format("Timeout: Too large resource version: {}, current: {}", wanted, current));
  status.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  status.retry_after_seconds = 1;
  return api_error(std::move(status));
}

Error unauthorized() {
  return api_error(failure(401, "Unauthorized", "Unauthorized"));
}

Error too_large(std::size_t limit) {
  return api_error(failure(413, "RequestEntityTooLarge",
                           fmt::format("Request entity too large: limit is {}", limit)));
}

Error method_not_allowed() {
  return api_error(failure(405, "MethodNotAllowed",
                           "the server does not allow this method on the requested resource"));
}

Error not_acceptable(std::string message) {
  return api_error(failure(406, "NotAcceptable", std::move(message)));
}

Error unsupported_media_type(std::string message) {
  return api_error(failure(415, "UnsupportedMediaType", std::move(message)));
}

Error internal_error(std::string message) {
  return api_error(failure(500, "InternalError", std::move(message)));
}

Error unnamed_error(std::string message) {
  return api_error(failure(500, "", std::move(message)));
}

Error service_unavailable(std::string message) {
  return api_error(failure(503, "ServiceUnavailable", std::move(message)));
}

FieldError required_field(std::string field, std::string_view detail) {
  return {
      std::move(field), "FieldValueRequired",
      detail.empty() ? std::string("Required value") : fmt::format("Required value: {}", detail)};
}

FieldError invalid_field(std::string field, std::string_view value, std::string_view detail) {
  return {std::move(field), "FieldValueInvalid",
          fmt::format("Invalid value: {}: {}", value, detail)};
}

FieldError forbidden_field(std::string field, std::string_view detail) {
  return {std::move(field), "FieldValueForbidden", fmt::format("Forbidden: {}", detail)};
}

Error invalid(std::string_view qualified_kind, std::string_view name,
              const std::vector<FieldError>& errors) {
  const std::size_t dot = qualified_kind.find('.');
  std::string joined;
  k8s::Status status;
  for (const FieldError& error : errors) {
    if (!joined.empty()) joined += ", ";
    joined += error.field + ": " + error.detail;
    status.causes.push_back({error.reason, error.detail, error.field});
  }
  if (errors.size() > 1) joined = "[" + joined + "]";
  status.code = 422;
  status.reason = "Invalid";
  status.message = fmt::format("{} \"{}\" is invalid: {}", qualified_kind, name, joined);
  status.name = name;
  status.kind = qualified_kind.substr(0, dot);
  if (dot != std::string_view::npos) status.group = qualified_kind.substr(dot + 1);
  return api_error(std::move(status));
}

}  // namespace kaito::sandbox
