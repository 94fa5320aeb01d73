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
