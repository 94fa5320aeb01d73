#include "ops/changes.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <string_view>

#include "kaito/base/text.hpp"
#include "kaito/json/difference.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"
#include "kaito/k8s/unknown_fields.hpp"

namespace kaito::ops {

namespace {

std::string shown(const json::Document& value) {
  return value ? shorten(json::write(value.value()), 80) : "(none)";
}

/// What the text of a path can be taken for: up to the first list item that is named by its keys.
FieldPath path_of(std::string_view text) {
  FieldPath path;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(".["), text.size());
    if (end > 0) path = path.key(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with('[')) {
      std::size_t index = 0;
      const auto close = std::min(text.find(']'), text.size());
      const auto [after, problem] = std::from_chars(text.data() + 1, text.data() + close, index);
      if (problem != std::errc() || after != text.data() + close) return path;
      path = path.index(index);
      text.remove_prefix(std::min(close + 1, text.size()));
    }
    if (text.starts_with('.')) text.remove_prefix(1);
  }
  return path;
}

Error explain_conflict(Error error, const k8s::Status& status, const DeployItem& item) {
  std::string text =
      item.type.kind + " \"" + item.name + "\": other writers own fields that this would change:";
  for (const auto& cause : status.causes) {
    constexpr std::string_view lead = "conflict with ";
    std::string owner = cause.message;
    if (owner.starts_with(lead)) owner.erase(0, lead.size());
    const bool dot = cause.field.starts_with('.');
    text += "\n  " + cause.field.substr(dot ? 1 : 0) + " is owned by " + owner;
  }
  error.message = std::move(text);
  error.hint = "leave these fields as they are, or take them over with --force-conflicts";
  return error;
}

Error explain_unknown(Error error, const std::vector<std::string>& fields, const DeployItem& item) {
  const bool companion = item.kind == DeployItem::Kind::companion;
  std::string text = item.type.kind + " \"" + item.name + "\": this cluster does not know " +
                     (fields.size() == 1 ? "a field" : "fields") + " of it:";
  for (const auto& field : fields) {
    const auto place = item.place(path_of(field));
    text += "\n  " + (place.file.empty() ? "" : place.text() + ": ") + shorten(field, 200);
  }
  error.code = ErrorCode::invalid;
  error.message = std::move(text);
  error.hint = companion ? "take what is not of the kind " + item.type.kind + " out"
                         : "its KAITO is older than that: leave this out, or upgrade KAITO";
  return error;
}

}  // namespace

std::vector<std::string> changes_between(const DeployItem& item, const json::Document& before,
                                         const json::Document& after) {
  static constexpr std::string_view server_owned[] = {"status",
                                                      "metadata.managedFields",
                                                      "metadata.resourceVersion",
                                                      "metadata.generation",
                                                      "metadata.creationTimestamp",
                                                      "metadata.uid"};
  std::vector<std::string> lines;
  for (const auto& difference : json::differences(before.value(), after.value())) {
    const std::string path = difference.path.text();
    const bool ours =
        std::none_of(std::begin(server_owned), std::end(server_owned), [&](std::string_view field) {
          return path == field || path.starts_with(std::string(field) + ".") ||
                 path.starts_with(std::string(field) + "[");
        });
    if (!ours) continue;
    lines.push_back(item.type.kind == "Secret" ? path + " changes"
                                               : path + ": " + shown(difference.before) + " -> " +
                                                     shown(difference.after));
  }
  return lines;
}

json::Document without_secrets(json::Document object) {
  if (!object || json::string_at(object.value(), {"kind"}) != "Secret") return object;
  auto& fields = object.value().get_object();
  for (const char* field : {"data", "stringData"}) {
    auto* values = fields.if_contains(field);
    if (values == nullptr || !values->is_object()) continue;
    for (auto& entry : values->get_object())
      entry.value() = "(not shown)";
  }
  return object;
}

Error explain_refusal(Error error, const DeployItem& item) {
  const auto* status = k8s::status_of(error);
  if (status != nullptr && status->is_field_conflict())
    return explain_conflict(std::move(error), *status, item);
  if (status != nullptr) {
    if (const auto fields = k8s::unknown_fields(*status); !fields.empty())
      return explain_unknown(std::move(error), fields, item);
  }
  const bool pinned =
      !json::string_at(item.object.value(), {"metadata", "resourceVersion"}).empty();
  if (error.code == ErrorCode::conflict && pinned)
    return std::move(error).hinted(
        "metadata.resourceVersion is of an older state: take it out of the file");
  return error;
}

}  // namespace kaito::ops
