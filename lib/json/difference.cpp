#include "kaito/json/difference.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iterator>

#include "kaito/json/json.hpp"

namespace kaito::json {
namespace {

/// One walk over both values; a null pointer is a side where the field does not exist.
class Comparison {
 public:
  void compare(const FieldPath& path, const Value* before, const Value* after) {
    if (before != nullptr && after != nullptr && before->kind() == after->kind()) {
      if (after->is_object()) return compare_objects(path, before->get_object(), *after);
      if (after->is_array()) return compare_arrays(path, before->get_array(), *after);
    }
    if (before != nullptr && after != nullptr) {
      if (!equivalent(*before, *after)) {
        changed.push_back({path, Document(*before), Document(*after)});
      }
      return;
    }
    only(path, after != nullptr ? *after : *before, after != nullptr);
  }

  std::vector<Difference> changed;
  std::vector<Difference> removed;

 private:
  void compare_objects(const FieldPath& path, const Object& before, const Value& after) {
    for (const auto& member : after.get_object()) {
      compare(path.key(member.key()), before.if_contains(member.key()), &member.value());
    }
    for (const auto& member : before) {
      if (after.get_object().contains(member.key())) continue;
      compare(path.key(member.key()), &member.value(), nullptr);
    }
  }

  void compare_arrays(const FieldPath& path, const Array& before, const Value& after) {
    const Array& items = after.get_array();
    for (std::size_t i = 0; i < std::max(before.size(), items.size()); ++i) {
      compare(path.index(i), i < before.size() ? &before[i] : nullptr,
              i < items.size() ? &items[i] : nullptr);
    }
  }

  /// The leaves of a value that exists on one side alone. An empty object or list is a leaf.
  void only(const FieldPath& path, const Value& value, bool added) {
    if (value.is_object() && !value.get_object().empty()) {
      for (const auto& member : value.get_object()) {
        only(path.key(member.key()), member.value(), added);
      }
    } else if (value.is_array() && !value.get_array().empty()) {
      for (std::size_t i = 0; i < value.get_array().size(); ++i) {
        only(path.index(i), value.get_array()[i], added);
      }
    } else if (added) {
      changed.push_back({path, Document(), Document(value)});
    } else {
      removed.push_back({path, Document(value), Document()});
    }
  }
};

}  // namespace

std::vector<Difference> differences(const Value& before, const Value& after) {
  Comparison comparison;
  comparison.compare(FieldPath(), &before, &after);
  std::move(comparison.removed.begin(), comparison.removed.end(),
            std::back_inserter(comparison.changed));
  return std::move(comparison.changed);
}

}  // namespace kaito::json
