#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"

namespace kaitoctl {

/// What -o asks for.
enum class OutputFormat : unsigned char { table, wide, json, yaml, name };

/// "" is the table. Errors: usage, with the formats there are.
[[nodiscard]] kaito::Result<OutputFormat> parse_output_format(std::string_view text);
[[nodiscard]] inline bool is_tabular(OutputFormat format) {
  return format == OutputFormat::table || format == OutputFormat::wide;
}

/// An API object as json or yaml, with its managedFields left out (kubectl's manner); reports as
/// they are. REQUIRES: format is json or yaml.
[[nodiscard]] std::string format_value(const kaito::json::Value& value, OutputFormat format);

/// "workspace.kaito.sh/x": an object's -o name line.
[[nodiscard]] std::string object_name_line(const kaito::json::Value& object);

/// {"apiVersion":"v1","kind":"List","items":[...]}, as kubectl prints several objects.
[[nodiscard]] kaito::json::Value list_object(const std::vector<const kaito::json::Value*>& items);

/// One object as it is, several as a List. REQUIRES: format is json or yaml.
[[nodiscard]] std::string format_objects(const std::vector<const kaito::json::Value*>& objects,
                                         OutputFormat format);

/// A table as kubectl prints it: columns padded with three blanks between, no padding after the
/// last. Cells are escaped. A terminal's `color` is applied by `paint` per cell; see style.hpp.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  [[nodiscard]] std::string text(bool with_header = true) const;
};

/// Columns that a text takes on a terminal: UTF-8 characters, wide ones as two.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace kaitoctl
