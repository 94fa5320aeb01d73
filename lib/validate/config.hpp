#pragma once

#include <optional>
#include <string>

#include "kaito/json/yaml.hpp"
#include "validate/rule.hpp"

namespace kaito::validate {

/// The text under one key of a ConfigMap, read as YAML.
struct Config {
  std::string key;  ///< "inference_config.yaml"
  bool given = false;
  std::string text;
  std::string problem;        ///< why it is no YAML; "" when it is
  SourcePlace problem_place;  ///< in the text
  json::YamlDocument document;

  /// data["KEY"] in the ConfigMap.
  [[nodiscard]] FieldPath path() const { return FieldPath("data").key(key); }
  /// Where the field stands in the text: line and column, no file.
  [[nodiscard]] std::optional<SourcePlace> place(const FieldPath& in_config_map) const;
  /// The top of the document, or nullptr when it is no map.
  [[nodiscard]] const json::Object* map() const;
  /// The value of a top-level section, or nullptr.
  [[nodiscard]] const json::Value* section(std::string_view name) const;
};

inline constexpr std::string_view kInferenceConfigKey = "inference_config.yaml";
inline constexpr std::string_view kTrainingConfigKey = "training_config.yaml";

[[nodiscard]] Config read_config(const json::Value& config_map, std::string_view key);

}  // namespace kaito::validate
