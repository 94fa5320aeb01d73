#include "validate/config.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <variant>

#include "kaito/json/json.hpp"

namespace kaito::validate {

const json::Object* Config::map() const {
  return document.value ? document.value.value().if_object() : nullptr;
}

const json::Value* Config::section(std::string_view name) const {
  const json::Object* top = map();
  return top != nullptr ? top->if_contains(name) : nullptr;
}

std::optional<SourcePlace> Config::place(const FieldPath& in_config_map) const {
  if (!problem.empty()) return problem_place;
  const auto& steps = in_config_map.steps();
  constexpr std::size_t kBefore = 2;  // data["KEY"]
  if (!given || steps.size() <= kBefore) return std::nullopt;
  FieldPath inner;
  for (std::size_t i = kBefore; i < steps.size(); ++i)
    inner = std::holds_alternative<std::string>(steps[i])
                ? inner.key(std::get<std::string>(steps[i]))
                : inner.index(std::get<std::size_t>(steps[i]));
  return document.places.of(inner);
}

Config read_config(const json::Value& config_map, std::string_view key) {
  Config config;
  config.key = key;
  const json::Value* text = json::find(config_map, {"data", key});
  config.given = text != nullptr && text->is_string();
  if (!config.given) return config;
  config.text = std::string_view(text->get_string());
  json::YamlReader reader(config.text, "");
  auto first = reader.next();
  if (!first) {
    config.problem = reader.problem() ? reader.problem()->message : first.error().message;
    if (reader.problem()) config.problem_place = reader.problem()->place;
  } else if (*first) {
    config.document = std::move(**first);
  }
  return config;
}

}  // namespace kaito::validate
