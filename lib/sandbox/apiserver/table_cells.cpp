#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/duration.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/json_path.hpp"
#include "sandbox/apiserver/table.hpp"

namespace kaito::sandbox {
namespace {

[[nodiscard]] std::string text_at(const json::Value& object, std::string_view path) {
  const json::Value* found = find_path(object, path);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

[[nodiscard]] json::Value age_since(std::string_view text, Instant now) {
  const auto time = parse_time(text);
  if (!time) return "<unknown>";
  return json::Value(format_age(std::chrono::duration_cast<std::chrono::seconds>(now - *time)));
}

[[nodiscard]] bool is_ready(const json::Value& status) {
  const json::Value* ready = json::find(status, {"ready"});
  return ready != nullptr && ready->is_bool() && ready->get_bool();
}

[[nodiscard]] std::string pod_ready(const json::Value& pod) {
  return fmt::format("{}/{}",
                     std::ranges::count_if(list_at(pod, {"status", "containerStatuses"}), is_ready),
                     list_at(pod, {"spec", "containers"}).size());
}

[[nodiscard]] std::string pod_status(const json::Value& pod) {
  if (is_terminating(pod)) return "Terminating";
  for (const json::Value& status : list_at(pod, {"status", "containerStatuses"})) {
    for (const char* path : {".state.waiting.reason", ".state.terminated.reason"}) {
      if (std::string reason = text_at(status, path); !reason.empty()) return reason;
    }
  }
  const std::string reason = text_at(pod, ".status.reason");
  return reason.empty() ? text_at(pod, ".status.phase") : reason;
}

[[nodiscard]] json::Value pod_restarts(const json::Value& pod) {
  std::int64_t count = 0;
  for (const json::Value& status : list_at(pod, {"status", "containerStatuses"}))
    count += json::int_at(status, {"restartCount"});
  return count;
}

[[nodiscard]] std::string node_status(const json::Value& node) {
  const std::string ready = text_at(node, ".status.conditions[?(@.type==\"Ready\")].status");
  std::string status = ready.empty() ? "Unknown" : ready == "True" ? "Ready" : "NotReady";
  const json::Value* cordoned = json::find(node, {"spec", "unschedulable"});
  if (cordoned != nullptr && cordoned->is_bool() && cordoned->get_bool())
    status += ",SchedulingDisabled";
  return status;
}

[[nodiscard]] std::string node_roles(const json::Value& node) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::string roles;
  for (const auto& [label, value] : labels_of(node)) {
    if (label.starts_with(kPrefix))
      roles += (roles.empty() ? "" : ",") + label.substr(kPrefix.size());
  }
  return roles.empty() ? "<none>" : roles;
}

[[nodiscard]] std::string service_ports(const json::Value& service) {
  std::string ports;
  for (const json::Value& port : list_at(service, {"spec", "ports"}))
    ports += fmt::format("{}{}/{}", ports.empty() ? "" : ",", json::int_at(port, {"port"}),
                         json::string_at(port, {"protocol"}));
  return ports.empty() ? "<none>" : ports;
}

[[nodiscard]] std::string service_selector(const json::Value& service) {
  std::string text;
  const json::Value* selector = json::find(service, {"spec", "selector"});
  if (selector == nullptr || !selector->is_object()) return "<none>";
  for (const auto& member : selector->get_object()) {
    if (member.value().is_string())
      text += fmt::format("{}{}={}", text.empty() ? "" : ",", std::string_view(member.key()),
                          std::string_view(member.value().get_string()));
  }
  return text;
}

[[nodiscard]] std::string endpoints(const json::Value& object) {
  std::string text;
  for (const json::Value& subset : list_at(object, {"subsets"})) {
    for (const json::Value& address : list_at(subset, {"addresses"})) {
      for (const json::Value& port : list_at(subset, {"ports"}))
        text += fmt::format("{}{}:{}", text.empty() ? "" : ",", json::string_at(address, {"ip"}),
                            json::int_at(port, {"port"}));
    }
  }
  return text.empty() ? "<none>" : text;
}

[[nodiscard]] json::Value data_count(const json::Value& object) {
  std::size_t count = 0;
  for (const std::string_view key : {"data", "binaryData"}) {
    const json::Value* data = json::find(object, {key});
    if (data != nullptr && data->is_object()) count += data->get_object().size();
  }
  return count;
}

[[nodiscard]] json::Value last_seen(const json::Value& event, Instant now) {
  for (const std::string_view key : {"lastTimestamp", "eventTime", "firstTimestamp"}) {
    const std::string_view text = json::string_at(event, {key});
    if (!text.empty()) return age_since(text, now);
  }
  return age_since(meta_string(event, "creationTimestamp"), now);
}

[[nodiscard]] std::string involved_object(const json::Value& event) {
  std::string kind(json::string_at(event, {"involvedObject", "kind"}));
  std::ranges::transform(kind, kind.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return kind + "/" + std::string(json::string_at(event, {"involvedObject", "name"}));
}

[[nodiscard]] std::string role_ref(const json::Value& binding) {
  return std::string(json::string_at(binding, {"roleRef", "kind"})) + "/" +
         std::string(json::string_at(binding, {"roleRef", "name"}));
}

using Text = std::string (*)(const json::Value&);
struct TextCell {
  std::string_view name;
  Text text;
};
constexpr std::array<TextCell, 10> kTextCells = {{
    {"pod-ready", pod_ready},
    {"pod-status", pod_status},
    {"node-status", node_status},
    {"node-roles", node_roles},
    {"service-ports", service_ports},
    {"service-selector", service_selector},
    {"endpoints", endpoints},
    {"involved-object", involved_object},
    {"role-ref", role_ref},
    {"none", [](const json::Value&) { return std::string("<none>"); }},
}};

}  // namespace

json::Value computed_cell(std::string_view cell, const json::Value& object, Instant now) {
  const auto* found = std::ranges::find(kTextCells, cell, &TextCell::name);
  if (found != kTextCells.end()) return json::Value(found->text(object));
  if (cell == "age") return age_since(meta_string(object, "creationTimestamp"), now);
  if (cell == "last-seen") return last_seen(object, now);
  if (cell == "data-count") return data_count(object);
  if (cell == "pod-restarts") return pod_restarts(object);
  if (cell == "service-type") return json::Value(json::string_at(object, {"spec", "type"}));
  if (cell == "node-ip")
    return json::Value(text_at(object, ".status.addresses[?(@.type==\"InternalIP\")].address"));
  if (cell == "ready-replicas")
    return json::Value(fmt::format("{}/{}", json::int_at(object, {"status", "readyReplicas"}),
                                   json::int_at(object, {"spec", "replicas"})));
  if (cell == "updated-replicas") return json::int_at(object, {"status", "updatedReplicas"});
  if (cell == "available-replicas") return json::int_at(object, {"status", "availableReplicas"});
  if (cell == "job-completions")
    return json::Value(fmt::format("{}/{}", json::int_at(object, {"status", "succeeded"}),
                                   json::int_at(object, {"spec", "completions"}, 1)));
  return nullptr;
}

}  // namespace kaito::sandbox
