#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kaito {

/// A path into an object as Kubernetes prints it: `inference.adapters[0].source.name`;
/// keys that are not plain words are quoted: `metadata.annotations["kaito.sh/runtime"]`.
class FieldPath {
 public:
  using Step = std::variant<std::string, std::size_t>;

  FieldPath() = default;
  explicit FieldPath(std::string_view key) { steps_.emplace_back(std::string(key)); }

  [[nodiscard]] FieldPath key(std::string_view name) const;
  [[nodiscard]] FieldPath index(std::size_t position) const;
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
  [[nodiscard]] bool empty() const { return steps_.empty(); }
  [[nodiscard]] std::string text() const;
  bool operator==(const FieldPath&) const = default;

 private:
  std::vector<Step> steps_;
};

}  // namespace kaito
