#include "sandbox/apiserver/table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/duration.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/json_path.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {
namespace {

[[nodiscard]] json::Value column_json(std::string_view name, std::string_view type,
                                      std::string_view format, int priority) {
  json::Object column;
  column["name"] = name;
  column["type"] = type;
  column["format"] = format;
  column["description"] = "";
  column["priority"] = priority;
  return column;
}

[[nodiscard]] json::Value cell_of(const PrinterColumn& column, const json::Value& object,
                                  Instant now) {
  if (!column.computed.empty()) return computed_cell(column.computed, object, now);
  const json::Value* found = find_path(object, column.json_path);
  if (found == nullptr) return nullptr;
  if (column.type == "date" && found->is_string()) {
    const auto time = parse_time(std::string_view(found->get_string()));
    if (!time) return "<invalid>";
    return json::Value(format_age(std::chrono::duration_cast<std::chrono::seconds>(now - *time)));
  }
  if (column.type == "integer" || column.type == "number") {
    if (found->is_double() && column.type == "integer")
      return static_cast<std::int64_t>(found->get_double());
    return found->is_number() ? *found : json::Value();
  }
  if (found->is_string()) return *found;
  return json::Value(json::write(*found));
}

}  // namespace

json::Value metadata_only(const json::Value& object) {
  json::Object out;
  out["kind"] = "PartialObjectMetadata";
  out["apiVersion"] = "meta.k8s.io/v1";
  if (const json::Value* meta = json::find(object, {"metadata"})) out["metadata"] = *meta;
  return out;
}

json::Value table_json(const Resource& resource, std::string_view version,
                       const std::vector<ObjectPtr>& objects, json::Value list_meta,
                       RowObject row_object, bool with_columns, Instant now) {
  const ServedVersion& served = *resource.version(version);
  json::Array columns;
  if (with_columns) {
    columns.push_back(column_json("Name", "string", "name", 0));
    for (const PrinterColumn& column : served.columns)
      columns.push_back(column_json(column.name, column.type, "", column.priority));
  }
  json::Array rows;
  for (const ObjectPtr& object : objects) {
    json::Array cells;
    cells.emplace_back(meta_string(*object, "name"));
    for (const PrinterColumn& column : served.columns)
      cells.push_back(cell_of(column, *object, now));
    json::Object row;
    row["cells"] = std::move(cells);
    if (row_object == RowObject::metadata) row["object"] = metadata_only(*object);
    if (row_object == RowObject::whole) row["object"] = *object;
    rows.emplace_back(std::move(row));
  }
  json::Object table;
  table["kind"] = "Table";
  table["apiVersion"] = "meta.k8s.io/v1";
  table["metadata"] = std::move(list_meta);
  table["columnDefinitions"] = with_columns ? json::Value(std::move(columns)) : json::Value();
  table["rows"] = std::move(rows);
  return table;
}

}  // namespace kaito::sandbox
