#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/error.hpp"
#include "kaito/json/value.hpp"

namespace kaito::k8s {

/// The API server's Status object: an error answer, or the result of a delete.
/// Source: apimachinery pkg/apis/meta/v1/types.go.
struct Status {
  struct Cause {
    std::string reason;
    std::string message;
    std::string field;
  };
  bool success = false;
  int code = 0;
  std::string reason;
  std::string message;
  std::string name;  ///< details
  std::string group;
  std::string kind;
  std::string uid;
  std::vector<Cause> causes;
  std::optional<std::int64_t> retry_after_seconds;

  /// A 409 that is about fields owned by another manager, not about a stale resourceVersion.
  [[nodiscard]] bool is_field_conflict() const;
};

/// A field that a server-side apply would change and that somebody else owns.
struct FieldConflict {
  std::string path;         ///< "resource.count"
  std::string manager;      ///< "kubectl-edit"
  bool by_update = false;   ///< owned through an update, not an apply
  std::string api_version;  ///< of that update
  std::string subresource;  ///< "status", or ""
  std::string time;         ///< as the server wrote it; "" before 1.22
  bool operator==(const FieldConflict&) const = default;
};

/// What a 409 of a server-side apply is about; nothing for other errors. Source:
/// kubernetes-client.md 3.10.
[[nodiscard]] std::vector<FieldConflict> field_conflicts(const Status& status);

/// Nothing when the value is not a Status (kind is something else).
[[nodiscard]] std::optional<Status> read_status(const json::Value& value);
[[nodiscard]] json::Value status_json(const Status& status);

/// The typed error of a non-2xx answer: from the Status in the body where there is one, else made
/// up from the code (a 404 that is not a Status means the path is not served: not_served, not
/// not_found). `doing` starts the message ("getting workspace "x" in namespace "default""). Source:
/// kubernetes-client.md 3.4.
[[nodiscard]] Error error_of_answer(std::string_view doing, std::string_view method, int http_code,
                                    std::string_view content_type, std::string_view body);

/// The whole Status behind an error made by error_of_answer, or nullptr.
[[nodiscard]] const Status* status_of(const Error& error);

}  // namespace kaito::k8s
