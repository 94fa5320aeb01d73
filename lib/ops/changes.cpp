#include "ops/changes.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/difference.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"

namespace kaito::ops {

namespace {

std::string shown(const json::Document& value) {
  return value ? shorten(json::write(value.value()), 80) : "(none)";
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

Error explain_conflict(Error error, const DeployItem& item) {
  const auto* status = k8s::status_of(error);
  if (status == nullptr || !status->is_field_conflict()) {
    const bool pinned =
        !json::string_at(item.object.value(), {"metadata", "resourceVersion"}).empty();
    if (error.code == ErrorCode::conflict && pinned)
      return std::move(error).hinted(
          "metadata.resourceVersion is of an older state: take it out of the file");
    return error;
  }
  std::string text =
      item.type.kind + " \"" + item.name + "\": other writers own fields that this would change:";
  for (const auto& cause : status->causes) {
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

}  // namespace kaito::ops
