#include "output/format.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"

namespace kaitoctl {

using kaito::json::Value;

kaito::Result<OutputFormat> parse_output_format(std::string_view text) {
  if (text.empty()) return OutputFormat::table;
  if (text == "wide") return OutputFormat::wide;
  if (text == "json") return OutputFormat::json;
  if (text == "yaml") return OutputFormat::yaml;
  if (text == "name") return OutputFormat::name;
  return kaito::fail(kaito::ErrorCode::usage, "unknown output format \"" + std::string(text) + "\"",
                     "-o takes json, yaml, wide or name");
}

namespace {

bool has_managed_fields(const Value& value) {
  if (kaito::json::find(value, {"metadata", "managedFields"}) != nullptr) return true;
  const Value* items = kaito::json::find(value, {"items"});
  return items != nullptr && items->is_array() &&
         std::any_of(items->get_array().begin(), items->get_array().end(), has_managed_fields);
}

void erase_managed_fields(Value& value) {
  auto* object = value.if_object();
  if (object == nullptr) return;
  if (auto* meta = object->if_contains("metadata"); meta != nullptr && meta->is_object()) {
    auto& fields = meta->get_object();
    if (const auto found = fields.find("managedFields"); found != fields.end())
      fields.stable_erase(found);
  }
  if (auto* items = object->if_contains("items"); items != nullptr && items->is_array()) {
    for (auto& item : items->get_array())
      erase_managed_fields(item);
  }
}

std::string write_as(const Value& value, OutputFormat format) {
  return format == OutputFormat::yaml ? kaito::json::write_yaml(value)
                                      : kaito::json::write_pretty(value);
}

}  // namespace

std::string format_value(const Value& value, OutputFormat format) {
  // metadata.managedFields is what nobody wants to read.
  if (!has_managed_fields(value)) return write_as(value, format);
  Value shown = value;
  erase_managed_fields(shown);
  return write_as(shown, format);
}

std::string object_name_line(const Value& object) {
  const std::string_view api_version = kaito::json::string_at(object, {"apiVersion"});
  std::string line = kaito::to_lower(kaito::json::string_at(object, {"kind"}));
  if (const auto slash = api_version.find('/'); slash != std::string_view::npos)
    line.append(".").append(api_version.substr(0, slash));
  return line.append("/").append(kaito::json::string_at(object, {"metadata", "name"}));
}

Value list_object(const std::vector<const Value*>& items) {
  boost::json::array list;
  for (const Value* item : items)
    list.push_back(*item);
  boost::json::object object;
  object["apiVersion"] = "v1";
  object["kind"] = "List";
  object["metadata"] = boost::json::object{{"resourceVersion", ""}};
  object["items"] = std::move(list);
  return object;
}

std::string format_objects(const std::vector<const Value*>& objects, OutputFormat format) {
  return objects.size() == 1 ? format_value(*objects.front(), format)
                             : format_value(list_object(objects), format);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // East Asian wide characters and emoji start at U+1100; close enough for names and messages.
    const bool wide = (length == 3 && lead >= 0xE3 && lead <= 0xED && lead != 0xE2) || length == 4;
    width += wide ? 2 : 1;
    i += length;
  }
  return width;
}

std::string Table::text(bool with_header) const {
  std::vector<std::vector<std::string>> lines;
  if (with_header) lines.push_back(header);
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    cells.reserve(row.size());
    for (const auto& cell : row) {
      std::string shown = kaito::escape_controls(cell);
      std::replace(shown.begin(), shown.end(), '\n', ' ');
      std::replace(shown.begin(), shown.end(), '\t', ' ');
      cells.push_back(std::move(shown));
    }
    lines.push_back(std::move(cells));
  }
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], display_width(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] + 3 - display_width(line[i]), ' ');
    }
    while (!text.empty() && text.back() == ' ')
      text.pop_back();
    text += '\n';
  }
  return text;
}

}  // namespace kaitoctl
