#include "kaito/k8s/status.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

namespace kaito::k8s {
namespace {

std::string text_at(const json::Value& value, std::initializer_list<std::string_view> keys) {
  return std::string(json::string_at(value, keys));
}

Status::Cause read_cause(const json::Value& value) {
  return {text_at(value, {"reason"}), text_at(value, {"message"}), text_at(value, {"field"})};
}

/// Takes `lead` and what stands behind it in quotes off the text.
std::string take_quoted(std::string_view& text, std::string_view lead) {
  if (!text.starts_with(lead)) return {};
  const auto end = text.find('"', lead.size());
  if (end == std::string_view::npos) return {};
  std::string found(text.substr(lead.size(), end - lead.size()));
  text.remove_prefix(end + 1);
  return found;
}

/// Takes `lead` and the word behind it off the text.
std::string take_word(std::string_view& text, std::string_view lead) {
  if (!text.starts_with(lead)) return {};
  const auto end = std::min(text.find(' ', lead.size()), text.size());
  std::string found(text.substr(lead.size(), end - lead.size()));
  text.remove_prefix(end);
  return found;
}

/// conflict with "m" [with subresource "s"] [using GROUP/VERSION] [at TIME]; another text is taken
/// for the manager whole.
FieldConflict read_conflict(const Status::Cause& cause) {
  FieldConflict conflict;
  conflict.path = cause.field.substr(cause.field.starts_with('.') ? 1 : 0);
  std::string_view text = cause.message;
  conflict.manager = take_quoted(text, "conflict with \"");
  if (conflict.manager.empty()) {
    conflict.manager = cause.message;
    return conflict;
  }
  conflict.subresource = take_quoted(text, " with subresource \"");
  conflict.api_version = take_word(text, " using ");
  conflict.by_update = !conflict.api_version.empty();
  conflict.time = take_word(text, " at ");
  return conflict;
}

void put(json::Object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

json::Value cause_json(const Status::Cause& cause) {
  json::Object object;
  put(object, "reason", cause.reason);
  put(object, "message", cause.message);
  put(object, "field", cause.field);
  return json::Value(std::move(object));
}

json::Object details_json(const Status& status) {
  json::Object details;
  put(details, "name", status.name);
  put(details, "group", status.group);
  put(details, "kind", status.kind);
  put(details, "uid", status.uid);
  if (!status.causes.empty()) {
    json::Array causes;
    for (const Status::Cause& cause : status.causes)
      causes.push_back(cause_json(cause));
    details["causes"] = std::move(causes);
  }
  if (status.retry_after_seconds) details["retryAfterSeconds"] = *status.retry_after_seconds;
  return details;
}

}  // namespace

bool Status::is_field_conflict() const {
  return code == 409 && std::any_of(causes.begin(), causes.end(), [](const Cause& cause) {
           return cause.reason == "FieldManagerConflict";
         });
}

std::vector<FieldConflict> field_conflicts(const Status& status) {
  std::vector<FieldConflict> conflicts;
  for (const Status::Cause& cause : status.causes)
    if (cause.reason == "FieldManagerConflict") conflicts.push_back(read_conflict(cause));
  return conflicts;
}

std::optional<Status> read_status(const json::Value& value) {
  if (json::string_at(value, {"kind"}) != "Status") return std::nullopt;
  Status status;
  status.success = json::string_at(value, {"status"}) == "Success";
  const std::int64_t code = json::int_at(value, {"code"});
  status.code = code >= 100 && code <= 999 ? static_cast<int>(code) : 0;
  status.reason = text_at(value, {"reason"});
  status.message = text_at(value, {"message"});
  status.name = text_at(value, {"details", "name"});
  status.group = text_at(value, {"details", "group"});
  status.kind = text_at(value, {"details", "kind"});
  status.uid = text_at(value, {"details", "uid"});
  if (const json::Value* causes = json::find(value, {"details", "causes"});
      causes != nullptr && causes->is_array()) {
    for (const json::Value& cause : causes->get_array())
      if (cause.is_object()) status.causes.push_back(read_cause(cause));
  }
  const std::int64_t retry = json::int_at(value, {"details", "retryAfterSeconds"});
  if (retry > 0) status.retry_after_seconds = retry;
  return status;
}

json::Value status_json(const Status& status) {
  json::Object object;
  object["kind"] = "Status";
  object["apiVersion"] = "v1";
  object["metadata"] = json::Object();
  object["status"] = status.success ? "Success" : "Failure";
  put(object, "message", status.message);
  put(object, "reason", status.reason);
  if (json::Object details = details_json(status); !details.empty())
    object["details"] = std::move(details);
  if (status.code != 0) object["code"] = status.code;
  return json::Value(std::move(object));
}

}  // namespace kaito::k8s
