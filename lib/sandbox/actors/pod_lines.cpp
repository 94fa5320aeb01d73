#include "sandbox/actors/pod_lines.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/time.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/object_meta.hpp"
#include "sandbox/actors/world.hpp"

namespace kaito::sandbox {

namespace {

/// Of the container; null when it was never started.
const json::Value* started_status(const json::Value& pod, std::string_view container) {
  const auto* statuses = json::find(pod, {"status", "containerStatuses"});
  if (statuses == nullptr || !statuses->is_array()) return nullptr;
  for (const auto& status : statuses->get_array()) {
    if (json::string_at(status, {"name"}) != container) continue;
    return json::find(status, {"state", "waiting"}) == nullptr ? &status : nullptr;
  }
  return nullptr;
}

}  // namespace

LogRead pod_lines(const json::Value& pod, std::string_view container) {
  LogRead read;
  const auto phase = json::string_at(pod, {"status", "phase"});
  read.ended = phase == "Succeeded" || phase == "Failed";
  const auto* status = started_status(pod, container);
  if (status == nullptr) return read;

  auto start_time = json::string_at(*status, {"state", "running", "startedAt"});
  if (start_time.empty()) start_time = json::string_at(pod, {"status", "startTime"});
  const Instant started = parse_time(start_time).value_or(Instant());
  const auto add = [&read](Instant time, std::string text) {
    read.lines.push_back({time, "simulated: " + std::move(text)});
  };
  add(started,
      "started " + std::string(json::string_at(*status, {"image"})) + "; nothing is computed here");
  const bool tunes = labels_of(pod).contains("job-name");
  add(started, tunes ? "tuning the model" : "loading the model");
  const auto conditions = k8s::conditions_of(pod);
  const auto* ready = k8s::find_condition(conditions, "Ready");
  if (tunes && phase == "Succeeded" && ready != nullptr)
    add(ready->last_transition.value_or(started), "tuning is done");
  if (!tunes && ready != nullptr && ready->status == "True")
    add(ready->last_transition.value_or(started), "the model is loaded; serving on port 5000");
  return read;
}

}  // namespace kaito::sandbox
