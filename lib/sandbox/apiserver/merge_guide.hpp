#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/value.hpp"

namespace kaito::sandbox {

struct Resource;
struct Schema;

/// How a value merges with, and is owned apart from, what stands at its place.
struct MergeRule {
  enum class Kind : std::uint8_t {
    granular,  ///< an object: member by member
    atomic,    ///< as a whole
    set,       ///< a list whose items are their own keys
    keyed,     ///< a list of objects told apart by `keys`
  };
  Kind kind = Kind::granular;
  std::vector<std::string> keys;
};

/// The merge rules of a kind, at one place in its objects: from the CRD's schema, or for built-in
/// kinds from the names that Kubernetes uses throughout (containers by name, conditions by type).
class MergeGuide {
 public:
  [[nodiscard]] static MergeGuide of(const Resource& resource, std::string_view version);

  [[nodiscard]] MergeRule rule(const json::Value& value) const;
  [[nodiscard]] MergeGuide member(std::string_view name) const;
  [[nodiscard]] MergeGuide item() const;

 private:
  const Schema* schema_ = nullptr;
  bool builtin_ = false;
  bool root_ = false;
  std::string field_;
};

/// The item's key as JSON text with sorted members ('{"name":"c"}'), or "" when it has none.
[[nodiscard]] std::string item_key(const json::Value& item, const std::vector<std::string>& keys);

}  // namespace kaito::sandbox
