#include "output/status_view.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/object_meta.hpp"
#include "output/format.hpp"
#include "output/style.hpp"

namespace kaitoctl {

using kaito::json::Document;
using kaito::json::string_at;
using kaito::json::Value;

namespace {

std::string or_dash(std::string_view text) {
  return text.empty() ? "-" : std::string(text);
}

std::string age_at(const Value& object, std::initializer_list<std::string_view> keys,
                   kaito::Instant now) {
  const auto time = kaito::parse_time(string_at(object, keys));
  if (!time) return "-";
  return kaito::format_age(std::chrono::duration_cast<std::chrono::seconds>(now - *time));
}

/// A table below a title, indented; nothing when it has no rows.
void add_section(std::string& text, std::string_view title, const Table& table, bool color) {
  if (table.rows.empty()) return;
  text.append("\n").append(painted(title, Paint::bold, color)).append("\n");
  const std::string body = table.text();
  for (std::size_t start = 0; start < body.size();) {
    const std::size_t end = body.find('\n', start);
    text.append("  ").append(body, start, end - start + 1);
    start = end + 1;
  }
}

std::string ready_status(const Value& object) {
  const auto conditions = kaito::k8s::conditions_of(object);
  const auto* ready = kaito::k8s::find_condition(conditions, "Ready");
  if (ready == nullptr) return "Unknown";
  return ready->status == "True" ? "Ready" : ready->reason.empty() ? "NotReady" : ready->reason;
}

Table conditions_table(const Value& workspace, kaito::Instant now) {
  Table table{{"CONDITION", "STATUS", "AGE", "REASON", "MESSAGE"}, {}};
  for (const auto& condition : kaito::k8s::conditions_of(workspace)) {
    const std::string age =
        condition.last_transition
            ? kaito::format_age(std::chrono::duration_cast<std::chrono::seconds>(
                  now - *condition.last_transition))
            : "-";
    table.rows.push_back({condition.type, condition.status, age, or_dash(condition.reason),
                          or_dash(kaito::shorten(condition.message, 200))});
  }
  return table;
}

Table nodes_table(const std::vector<Document>& nodes, kaito::Instant now) {
  Table table{{"NODE", "STATUS", "INSTANCE", "GPUS", "AGE"}, {}};
  for (const auto& node : nodes) {
    const Value& value = node.value();
    table.rows.push_back(
        {std::string(string_at(value, {"metadata", "name"})), ready_status(value),
         or_dash(string_at(value, {"metadata", "labels", "node.kubernetes.io/instance-type"})),
         or_dash(string_at(value, {"status", "capacity", "nvidia.com/gpu"})),
         age_at(value, {"metadata", "creationTimestamp"}, now)});
  }
  return table;
}

Table claims_table(const std::vector<Document>& claims, kaito::Instant now) {
  Table table{{"NODECLAIM", "STATUS", "NODE", "AGE"}, {}};
  for (const auto& claim : claims) {
    const Value& value = claim.value();
    table.rows.push_back({std::string(string_at(value, {"metadata", "name"})), ready_status(value),
                          or_dash(string_at(value, {"status", "nodeName"})),
                          age_at(value, {"metadata", "creationTimestamp"}, now)});
  }
  return table;
}

/// kubectl's STATUS of a pod: a container's waiting or terminated reason before the phase.
std::string pod_status(const Value& pod, std::int64_t& restarts, int& ready, int& total) {
  std::string status(string_at(pod, {"status", "phase"}));
  const Value* containers = kaito::json::find(pod, {"status", "containerStatuses"});
  if (containers == nullptr || !containers->is_array()) return or_dash(status);
  for (const Value& container : containers->get_array()) {
    ++total;
    restarts += kaito::json::int_at(container, {"restartCount"});
    const Value* is_ready = kaito::json::find(container, {"ready"});
    if (is_ready != nullptr && is_ready->is_bool() && is_ready->get_bool()) ++ready;
    for (const char* state : {"waiting", "terminated"}) {
      const auto reason = string_at(container, {"state", state, "reason"});
      if (!reason.empty()) status = reason;
    }
  }
  if (kaito::json::find(pod, {"metadata", "deletionTimestamp"}) != nullptr) status = "Terminating";
  return or_dash(status);
}

Table pods_table(const std::vector<Document>& pods, kaito::Instant now) {
  Table table{{"POD", "READY", "STATUS", "RESTARTS", "NODE", "AGE"}, {}};
  for (const auto& pod : pods) {
    const Value& value = pod.value();
    std::int64_t restarts = 0;
    int ready = 0;
    int total = 0;
    const std::string status = pod_status(value, restarts, ready, total);
    table.rows.push_back({std::string(string_at(value, {"metadata", "name"})),
                          std::to_string(ready) + "/" + std::to_string(total), status,
                          std::to_string(restarts), or_dash(string_at(value, {"spec", "nodeName"})),
                          age_at(value, {"metadata", "creationTimestamp"}, now)});
  }
  return table;
}

Table events_table(const std::vector<Document>& events, kaito::Instant now) {
  Table table{{"EVENT", "AGE", "REASON", "MESSAGE"}, {}};
  for (const auto& event : events) {
    const Value& value = event.value();
    table.rows.push_back({or_dash(string_at(value, {"type"})),
                          age_at(value, {"lastTimestamp"}, now),
                          or_dash(string_at(value, {"reason"})),
                          or_dash(kaito::shorten(string_at(value, {"message"}), 200))});
  }
  return table;
}

void add_line(std::string& text, std::string_view label, const std::string& value) {
  if (value.empty()) return;
  text.append(label).append(":").append(label.size() < 12 ? 13 - label.size() : 1, ' ');
  text.append(kaito::escape_controls(value)).append("\n");
}

}  // namespace

std::string status_table(const std::vector<Document>& workspaces, const StatusColumns& columns,
                         kaito::Instant now) {
  Table table;
  if (columns.namespaces) table.header.emplace_back("NAMESPACE");
  table.header.insert(table.header.end(), {"NAME", "INSTANCE", "NODES", "RESOURCEREADY",
                                           "INFERENCEREADY", "WORKSPACEREADY", "AGE"});
  if (columns.wide)
    table.header.insert(table.header.end(), {"MODEL", "RUNTIME", "STATE", "JOBSTARTED", "WORKERS"});
  for (const auto& workspace : workspaces) {
    const auto row = kaito::ops::status_row(workspace.value(), now);
    std::vector<std::string> cells;
    if (columns.namespaces) cells.push_back(row.namespace_);
    for (const auto& cell : {row.name, row.instance, row.nodes, row.resource_ready,
                             row.inference_ready, row.workspace_ready, row.age})
      cells.push_back(or_dash(cell));
    if (columns.wide) {
      for (const auto& cell : {row.model, row.runtime, row.state, row.job_started, row.workers})
        cells.push_back(or_dash(cell));
    }
    table.rows.push_back(std::move(cells));
  }
  return table.text(columns.header);
}

std::string status_detail_text(const kaito::ops::StatusDetail& detail, kaito::Instant now,
                               bool color) {
  const Value& workspace = detail.workspace.value();
  const auto row = kaito::ops::status_row(workspace, now);
  std::string text;
  add_line(text, "Name", row.name);
  add_line(text, "Namespace", row.namespace_);
  add_line(text, "Kind",
           std::string(string_at(workspace, {"kind"})) + (row.kind.empty() ? "" : ", " + row.kind));
  add_line(text, "Model", row.model);
  add_line(text, "Runtime", row.runtime);
  add_line(text, "Instance", row.instance);
  add_line(text, "Nodes", row.nodes + (row.workers.empty() ? "" : " (" + row.workers + ")"));
  add_line(text, "State", row.state);
  add_line(text, "Age", row.age);
  add_line(text, "Endpoint", detail.endpoint);
  add_section(text, "Conditions", conditions_table(workspace, now), color);
  add_section(text, "Nodes", nodes_table(detail.nodes, now), color);
  add_section(text, "Node claims", claims_table(detail.node_claims, now), color);
  add_section(text, "Pods", pods_table(detail.pods, now), color);
  add_section(text, "Events", events_table(detail.events, now), color);
  for (const auto& part : detail.not_readable)
    text.append("\nnot shown: ").append(kaito::escape_controls(part)).append("\n");
  return text;
}

}  // namespace kaitoctl
