#include "runtime/event_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::runtime {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::string_view combined = "(combined from similar events): ";
constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_reason = 128;
constexpr std::size_t longest_message = 1024;

/// Parts of a key, which no name and no reason can be taken to run over.
std::string key_of(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (const auto part : parts) {
    key += part;
    key += '\0';
  }
  return key;
}

std::string_view type_text(EventType type) {
  return type == EventType::warning ? "Warning" : "Normal";
}

/// The type counts, so that much ordinary news does not drown a warning.
std::string object_key(const Occurrence& occurrence) {
  const auto& about = occurrence.about;
  return key_of({about.api_version, about.kind, about.namespace_, about.name, about.uid,
                 type_text(occurrence.type)});
}

json::Object reference_object(const ObjectReference& about) {
  json::Object reference;
  const auto put = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) reference[key] = value;
  };
  put("apiVersion", about.api_version);
  put("kind", about.kind);
  put("namespace", about.namespace_);
  put("name", about.name);
  put("uid", about.uid);
  put("resourceVersion", about.resource_version);
  return reference;
}

}  // namespace

Occurrence occurrence_of(const ObjectReference& about, EventType type, std::string_view reason,
                         std::string_view message, const Clock& clock) {
  return {about,
          type,
          shorten(escape_controls(reason), longest_reason),
          shorten(escape_controls(message), longest_message),
          clock.now(),
          clock.wall()};
}

EventHistory::EventHistory(EventLimits limits)
    : limits_(limits), series_(limits.most), groups_(limits.most), budgets_(limits.most) {}

std::optional<EventWrite> EventHistory::next(const Occurrence& occurrence) {
  const auto object = object_key(occurrence);
  const auto group = object + key_of({occurrence.reason});
  auto message = occurrence.message;
  auto key = group;
  if (combines(group, occurrence)) {
    message.insert(0, combined);
  } else {
    key += key_of({occurrence.message});
  }
  auto& series = series_.use(std::move(key));
  if (series.name.empty()) {
    series.name = new_name(occurrence.about, occurrence.wall);
    series.first = occurrence.wall;
  }
  ++series.count;
  if (!spend(object, occurrence.at)) return std::nullopt;
  return EventWrite{
      occurrence.about, occurrence.type, occurrence.reason, shorten(message, longest_message),
      series.name,      series.first,    occurrence.wall,   series.count};
}

/// Messages that were told on their own stay so; only those beyond are combined.
bool EventHistory::combines(const std::string& group_key, const Occurrence& occurrence) {
  auto& group = groups_.use(group_key);
  if (occurrence.at - group.last > limits_.gap) group.messages.clear();
  group.last = occurrence.at;
  if (group.messages.contains(occurrence.message)) return false;
  if (group.messages.size() + 1 >= limits_.distinct) return true;
  group.messages.insert(occurrence.message);
  return false;
}

bool EventHistory::spend(const std::string& object_key, Clock::TimePoint now) {
  auto& budget = budgets_.use(object_key);
  const double burst = limits_.burst;
  const double grown = budget.tokens ? Seconds(now - budget.counted) / limits_.each : 0;
  budget.tokens = std::min(burst, budget.tokens.value_or(burst) + std::max(0.0, grown));
  budget.counted = now;
  if (*budget.tokens < 1) return false;
  *budget.tokens -= 1;
  return true;
}

/// The time makes it unique: no two are given for the same nanosecond, whatever the clock says.
std::string EventHistory::new_name(const ObjectReference& about, Instant wall) {
  last_stamp_ = std::max(last_stamp_ + 1, std::int64_t{wall.time_since_epoch().count()});
  const auto suffix = fmt::format(".{:x}", last_stamp_);
  // Some kinds have names that an Event cannot have, such as "system:node".
  const auto& name = dns_subdomain_problem(about.name).empty() ? about.name : to_lower(about.kind);
  auto start = name.substr(0, longest_name - suffix.size());
  while (start.ends_with('.') || start.ends_with('-'))
    start.pop_back();
  return start + suffix;
}

ObjectReference reference_to(const json::Value& object) {
  const auto at = [&](std::initializer_list<std::string_view> keys) {
    return std::string(json::string_at(object, keys));
  };
  return {at({"apiVersion"}),
          at({"kind"}),
          at({"metadata", "namespace"}),
          at({"metadata", "name"}),
          at({"metadata", "uid"}),
          at({"metadata", "resourceVersion"})};
}

std::string event_namespace(const ObjectReference& about) {
  return about.namespace_.empty() ? "default" : about.namespace_;
}

json::Value event_object(const EventWrite& write, std::string_view component) {
  return json::Object{
      {"apiVersion", "v1"},
      {"kind", "Event"},
      {"metadata", json::Object{{"name", write.name}, {"namespace", event_namespace(write.about)}}},
      {"involvedObject", reference_object(write.about)},
      {"reason", write.reason},
      {"message", write.message},
      {"type", type_text(write.type)},
      {"source", json::Object{{"component", component}}},
      {"firstTimestamp", format_time(write.first)},
      {"lastTimestamp", format_time(write.last)},
      {"count", write.count}};
}

/// The message too: that of combined events is always the newest.
json::Value event_patch(const EventWrite& write) {
  return json::Object{{"count", write.count},
                      {"lastTimestamp", format_time(write.last)},
                      {"message", write.message}};
}

}  // namespace kaito::runtime
