#include <variant>

#include "kaito/json/yaml.hpp"

namespace kaito::json {

SourcePlace Places::of(const FieldPath& path) const {
  if (fields_.empty()) return {file_, 0, 0};
  // What is in a field stands behind it: one walk through the list finds all steps in their order.
  std::size_t here = 0;
  std::size_t key_begin = 0;
  auto step = path.steps().begin();
  for (std::size_t i = 1; i < fields_.size() && step != path.steps().end(); ++i) {
    const Field& field = fields_[i];
    bool found = field.parent == here;
    if (field.in_list) {
      const auto* position = std::get_if<std::size_t>(&*step);
      found = found && position != nullptr && *position == field.step;
    } else {
      const auto* key = std::get_if<std::string>(&*step);
      found = found && key != nullptr &&
              std::string_view(keys_).substr(key_begin, field.step - key_begin) == *key;
      key_begin = field.step;
    }
    if (!found) continue;
    here = i;
    ++step;
  }
  return {file_, fields_[here].line, fields_[here].column};
}

}  // namespace kaito::json
