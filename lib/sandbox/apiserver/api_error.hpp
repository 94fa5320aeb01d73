#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/error.hpp"
#include "kaito/base/result.hpp"
#include "kaito/k8s/status.hpp"

namespace kaito::sandbox {

struct Resource;

/// The error whose answer is this Status.
[[nodiscard]] Error api_error(k8s::Status status);
/// The Status to answer an error with: the one it was made with, or an InternalError.
[[nodiscard]] k8s::Status status_of_error(const Error& error);

[[nodiscard]] Error not_found(const Resource& resource, std::string_view name);
[[nodiscard]] Error already_exists(const Resource& resource, std::string_view name,
                                   bool terminating);
[[nodiscard]] Error conflict(const Resource& resource, std::string_view name, std::string_view why);
/// The stored object is newer than the one sent.
[[nodiscard]] Error stale_revision(const Resource& resource, std::string_view name);
/// A delete's precondition does not hold; details name the Kind, not the plural.
[[nodiscard]] Error precondition_failed(const Resource& resource, std::string_view name,
                                        std::string_view why);
[[nodiscard]] Error bad_request(std::string message);
[[nodiscard]] Error forbidden(const Resource& resource, std::string_view name,
                              std::string_view why);
[[nodiscard]] Error expired(std::string message);
/// A list's next page is gone; `token` continues with what is there now.
[[nodiscard]] Error expired_page(std::string message, std::string token);
/// The token of an expired_page, or "".
[[nodiscard]] std::string continue_of_error(const Error& error);
/// The server has not seen that resourceVersion (yet).
[[nodiscard]] Error revision_too_large(std::int64_t wanted, std::int64_t current);
[[nodiscard]] Error unauthorized();
[[nodiscard]] Error too_large(std::size_t limit);
[[nodiscard]] Error method_not_allowed();
[[nodiscard]] Error not_acceptable(std::string message);
[[nodiscard]] Error unsupported_media_type(std::string message);
[[nodiscard]] Error internal_error(std::string message);
/// A 500 without a reason, as the server gives for some malformed requests.
[[nodiscard]] Error unnamed_error(std::string message);
[[nodiscard]] Error service_unavailable(std::string message);

/// One thing wrong with an object. `detail` reads "Required value", "Invalid value: -1: must be
/// ...".
struct FieldError {
  std::string field;   ///< "resource.count"
  std::string reason;  ///< FieldValueRequired, ...
  std::string detail;
};
[[nodiscard]] FieldError required_field(std::string field, std::string_view detail = {});
/// `value` is JSON text.
[[nodiscard]] FieldError invalid_field(std::string field, std::string_view value,
                                       std::string_view detail);
[[nodiscard]] FieldError forbidden_field(std::string field, std::string_view detail);

/// 422: `Workspace.kaito.sh "b" is invalid: ...` with a cause per error. REQUIRES: errors is not
/// empty.
[[nodiscard]] Error invalid(std::string_view qualified_kind, std::string_view name,
                            const std::vector<FieldError>& errors);

}  // namespace kaito::sandbox
