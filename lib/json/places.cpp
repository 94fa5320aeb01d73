#include <variant>

#include "kaito/json/yaml.hpp"

namespace kaito::json {
namespace {

FieldPath parent(const FieldPath& path) {
  FieldPath shorter;
  for (std::size_t i = 0; i + 1 < path.steps().size(); ++i) {
    const FieldPath::Step& step = path.steps()[i];
    const auto* key = std::get_if<std::string>(&step);
    shorter = key != nullptr ? shorter.key(*key) : shorter.index(std::get<std::size_t>(step));
  }
  return shorter;
}

}  // namespace

SourcePlace Places::of(const FieldPath& path) const {
  for (FieldPath here = path;; here = parent(here)) {
    if (const auto found = fields_.find(here.text()); found != fields_.end()) {
      return {file_, found->second.first, found->second.second};
    }
    if (here.empty()) return {file_, 0, 0};
  }
}

}  // namespace kaito::json
