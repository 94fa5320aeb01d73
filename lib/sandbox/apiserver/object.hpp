#pragma once

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/json/value.hpp"

namespace kaito::sandbox {

/// A stored object: never changed once it is shared, so that readers need no lock.
using ObjectPtr = std::shared_ptr<const json::Value>;

/// Where an object stands within its resource; the order is that of lists. namespace_ is empty for
/// cluster-scoped objects.
struct ObjectKey {
  std::string namespace_;
  std::string name;
  // A false alarm of clang-tidy 14: NOLINTNEXTLINE(modernize-use-nullptr)
  auto operator<=>(const ObjectKey&) const = default;
};

/// metadata.<key> as text, or "".
[[nodiscard]] std::string_view meta_string(const json::Value& object, std::string_view key);
[[nodiscard]] ObjectKey key_of(const json::Value& object);
[[nodiscard]] std::map<std::string, std::string> labels_of(const json::Value& object);
/// metadata.resourceVersion as the store's number, 0 when absent.
[[nodiscard]] std::int64_t revision_of(const json::Value& object);
[[nodiscard]] bool is_terminating(const json::Value& object);
/// The list at `keys`; an empty one where there is none.
[[nodiscard]] const json::Array& list_at(const json::Value& object,
                                         std::initializer_list<std::string_view> keys);
/// The entries of a list of strings at `keys`.
[[nodiscard]] std::vector<std::string> strings_at(const json::Value& object,
                                                  std::initializer_list<std::string_view> keys);

/// metadata, made an object when it is not one. REQUIRES: `object` is a JSON object.
[[nodiscard]] json::Object& meta_of(json::Value& object);

}  // namespace kaito::sandbox
