#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kaito::sandbox {

[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_blank = false);

/// A request's query, decoded.
class Query {
 public:
  explicit Query(std::string_view encoded);
  /// The first value of the key, or "".
  [[nodiscard]] std::string get(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view key) const;
  /// "true", "1" or present without a value.
  [[nodiscard]] bool flag(std::string_view key) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& pairs() const {
    return pairs_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// What a path under /api or /apis names.
struct ResourcePath {
  std::string group;
  std::string version;
  std::string namespace_;
  std::string plural;
  std::string name;
  std::string subresource;
  std::string rest;        ///< behind the subresource, encoded, with its "/"; "" without one
  bool old_watch = false;  ///< "/api/v1/watch/..."
};

/// Nothing when the path names no resource: it is a discovery document or unknown.
[[nodiscard]] std::optional<ResourcePath> parse_resource_path(std::string_view encoded_path);

/// "/path?query" cut in two; the query without its "?".
[[nodiscard]] std::pair<std::string_view, std::string_view> split_target(std::string_view target);

}  // namespace kaito::sandbox
