#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/field_path.hpp"
#include "kaito/base/source_place.hpp"
#include "kaito/json/document.hpp"
#include "kaito/json/json.hpp"

namespace kaito::json {

/// Where each field of a loaded document stands in its text.
class Places {
 public:
  Places() = default;
  Places(std::string file, std::map<std::string, std::pair<unsigned, unsigned>, std::less<>> fields)
      : file_(std::move(file)), fields_(std::move(fields)) {}

  /// The place of the field's key (of the item, in a list); for a field that is not there, the
  /// nearest enclosing field that is.
  [[nodiscard]] SourcePlace of(const FieldPath& path) const;
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::map<std::string, std::pair<unsigned, unsigned>, std::less<>>
      fields_;  ///< FieldPath text -> line, column
};

/// One document of a YAML or JSON text.
struct YamlDocument {
  Document value;
  Places places;
};

/// Bounds on untrusted YAML. An alias counts as often as it is used.
struct YamlLimits {
  std::size_t bytes = std::size_t{64} << 20;
  unsigned depth = 100;
  std::size_t nodes = 1'000'000;
};

/// Every document of a text, JSON or YAML 1.1 as Kubernetes reads it: plain scalars resolve as
/// sigs.k8s.io/yaml does (y/n/yes/no/on/off are booleans, 0o17 and 017 octal, dates stay strings,
/// quoted scalars stay strings), keys must be strings (numbers and booleans become their text, `y:`
/// the key "true"), duplicate keys are refused, empty documents are left out, merge keys (<<) are
/// applied below the map's own keys, a BOM is skipped. `file` is used in places and messages.
/// Errors: parse, message "FILE:LINE:COLUMN: what".
[[nodiscard]] Result<std::vector<YamlDocument>> load_yaml(std::string_view text, std::string file,
                                                          YamlLimits limits = {});

/// Block style as kubectl -o yaml writes it, but keys in the value's own order; strings quoted
/// exactly when a YAML 1.1 or 1.2 reader would take them for something else; multi-line strings as
/// | blocks.
[[nodiscard]] std::string write_yaml(const Value& value);

}  // namespace kaito::json
