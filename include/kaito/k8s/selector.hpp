#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/result.hpp"

namespace kaito::k8s {

/// A label selector: "a=b,c!=d,e in (x,y),f notin (z),g,!h,n>5". All parts must hold.
/// Source: apimachinery pkg/labels/selector.go.
class LabelSelector {
 public:
  /// Errors: invalid, with the position in the text.
  [[nodiscard]] static Result<LabelSelector> parse(std::string_view text);
  /// From matchLabels.
  [[nodiscard]] static LabelSelector equals(const std::map<std::string, std::string>& labels);

  [[nodiscard]] bool matches(const std::map<std::string, std::string>& labels) const;
  [[nodiscard]] bool empty() const { return parts_.empty(); }
  /// The text form, parts in their order; "==" becomes "=".
  [[nodiscard]] std::string text() const;

 private:
  friend struct LabelSelectorParser;
  enum class Operator : unsigned char {
    equals,
    not_equals,
    in,
    not_in,
    exists,
    not_exists,
    greater,
    less
  };
  struct Part {
    std::string key;
    Operator op;
    std::vector<std::string> values;
  };
  std::vector<Part> parts_;
};

/// A field selector: "metadata.name=x,status.phase!=Running"; backslash escapes "," "=" and "\".
/// All parts must hold. Which fields there are is for the caller to know. Source: apimachinery
/// pkg/fields/selector.go.
struct FieldSelector {
  struct Part {
    std::string field;
    bool negated = false;
    std::string value;
  };
  std::vector<Part> parts;
  /// Errors: invalid, with the position in the text.
  [[nodiscard]] static Result<FieldSelector> parse(std::string_view text);
};

}  // namespace kaito::k8s
