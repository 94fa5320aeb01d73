#include "ops/changes.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "kaito/base/text.hpp"
#include "kaito/json/difference.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"
#include "kaito/k8s/unknown_fields.hpp"
#include "ops/managed_path.hpp"

namespace kaito::ops {

namespace {

constexpr std::size_t most_conflicts = 20;
constexpr std::size_t longest_path = 200;

std::string shown(const json::Value* value) {
  return value == nullptr ? "(none)" : shorten(json::write(*value), 80);
}

const json::Value* value_of(const json::Document& document) {
  return document ? &document.value() : nullptr;
}

/// ": "red" in the cluster, "blue" in the file".
std::string both_values(std::string_view path, const DeployItem& item, const json::Document& live) {
  const auto ours = follow_path(item.object.value(), path);
  if (ours.value == nullptr || !live || item.type.kind == "Secret") return "";
  return ": " + shown(follow_path(live.value(), path).value) + " in the cluster, " +
         shown(ours.value) + (item.places->file().empty() ? " asked for" : " in the file");
}

Error explain_conflict(Error error, const k8s::Status& status, const DeployItem& item,
                       const json::Document& live) {
  std::string text =
      item.type.kind + " \"" + item.name + "\": other writers own fields that this would change:";
  for (std::size_t i = 0; i < std::min(status.causes.size(), most_conflicts); ++i) {
    const auto& cause = status.causes[i];
    constexpr std::string_view lead = "conflict with ";
    std::string owner = cause.message;
    if (owner.starts_with(lead)) owner.erase(0, lead.size());
    const auto path = cause.field.substr(cause.field.starts_with('.') ? 1 : 0);
    text += "\n  " + shorten(path, longest_path) + " is owned by " + shorten(owner, longest_path) +
            both_values(path, item, live);
  }
  if (status.causes.size() > most_conflicts)
    text += "\n  and " + std::to_string(status.causes.size() - most_conflicts) + " more";
  error.message = std::move(text);
  error.hint = "leave these fields as they are, or take them over with --force-conflicts";
  return error;
}

Error explain_unknown(Error error, const std::vector<std::string>& fields, const DeployItem& item) {
  const bool companion = item.kind == DeployItem::Kind::companion;
  std::string text = item.type.kind + " \"" + item.name + "\": this cluster does not know " +
                     (fields.size() == 1 ? "a field" : "fields") + " of it:";
  for (const auto& field : fields) {
    const auto place = item.place(follow_path(item.object.value(), field).path);
    text += "\n  " + (place.file.empty() ? "" : place.text() + ": ") + shorten(field, longest_path);
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
                                               : path + ": " + shown(value_of(difference.before)) +
                                                     " -> " + shown(value_of(difference.after)));
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

Error explain_refusal(Error error, const DeployItem& item, const json::Document& live) {
  const auto* status = k8s::status_of(error);
  if (status != nullptr && status->is_field_conflict())
    return explain_conflict(std::move(error), *status, item, live);
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
