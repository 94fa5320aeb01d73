#include "render/pod.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace kaito::render {

namespace {

using json::Array;
using json::Object;
using json::Value;

Volume volume(std::string name, std::string_view member, Object source) {
  Object outer;
  outer.emplace(member, std::move(source));
  return {std::move(name), std::move(outer)};
}

void put(Object& object, std::string_view key, std::string_view text) {
  if (!text.empty()) object.emplace(key, text);
}

void put(Object& object, std::string_view key, int number) {
  if (number != 0) object.emplace(key, number);
}

void put(Object& object, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  Array array;
  array.reserve(texts.size());
  for (const std::string& text : texts)
    array.emplace_back(std::string_view(text));
  object.emplace(key, std::move(array));
}

template <class Item, class ToJson>
void put_list(Object& object, std::string_view key, const std::vector<Item>& items,
              ToJson to_json) {
  if (items.empty()) return;
  Array array;
  array.reserve(items.size());
  for (const Item& item : items)
    array.emplace_back(to_json(item));
  object.emplace(key, std::move(array));
}

Value env_json(const EnvVar& variable) {
  Object out;
  out.reserve(2);
  out.emplace("name", std::string_view(variable.name));
  if (variable.from == EnvVar::From::text) {
    out.emplace("value", std::string_view(variable.value));
    return out;
  }
  Object reference;
  Object source;
  if (variable.from == EnvVar::From::secret) {
    reference.emplace("name", std::string_view(variable.value));
    reference.emplace("key", std::string_view(variable.key));
    reference.emplace("optional", true);
    source.emplace("secretKeyRef", std::move(reference));
  } else {
    reference.emplace("fieldPath", std::string_view(variable.value));
    source.emplace("fieldRef", std::move(reference));
  }
  out.emplace("valueFrom", std::move(source));
  return out;
}

Value port_json(const Port& port) {
  Object out;
  out.reserve(2);
  put(out, "name", port.name);
  out.emplace("containerPort", port.number);
  if (port.protocol) out.emplace("protocol", "TCP");
  return out;
}

Value mount_json(const Mount& mount) {
  Object out;
  out.reserve(2);
  out.emplace("name", std::string_view(mount.name));
  out.emplace("mountPath", std::string_view(mount.path));
  if (mount.read_only) out.emplace("readOnly", true);
  return out;
}

Value volume_json(const Volume& volume) {
  Object out;
  out.reserve(2);
  out.emplace("name", std::string_view(volume.name));
  if (const Object* source = volume.source.if_object()) {
    for (const auto& member : *source)
      out.emplace(member.key(), member.value());
  }
  return out;
}

Value probe_json(const Probe& probe) {
  Object out;
  out.reserve(6);
  Object action;
  if (probe.command.empty()) {
    action.emplace("path", std::string_view(probe.path));
    action.emplace("port", probe.port);
    out.emplace("httpGet", std::move(action));
  } else {
    put(action, "command", probe.command);
    out.emplace("exec", std::move(action));
  }
  put(out, "initialDelaySeconds", probe.initial_delay);
  put(out, "periodSeconds", probe.period);
  put(out, "timeoutSeconds", probe.timeout);
  put(out, "failureThreshold", probe.failure_threshold);
  put(out, "terminationGracePeriodSeconds", probe.termination_grace);
  return out;
}

Value gpus_json(const GpuRequest& gpus) {
  Object amount;
  amount.emplace(std::string_view(gpus.resource), std::to_string(gpus.count));
  Object out;
  out.reserve(2);
  out.emplace("limits", amount);
  out.emplace("requests", std::move(amount));
  return out;
}

Value secret_name_json(const std::string& name) {
  Object out;
  out.emplace("name", std::string_view(name));
  return out;
}

}  // namespace

Volume empty_dir(std::string name) {
  return volume(std::move(name), "emptyDir", {});
}

Volume memory_dir(std::string name) {
  Object source;
  source.emplace("medium", "Memory");
  return volume(std::move(name), "emptyDir", std::move(source));
}

Volume config_map_volume(std::string name, std::string_view config_map) {
  Object source;
  source.emplace("name", config_map);
  return volume(std::move(name), "configMap", std::move(source));
}

Volume host_path(std::string name, std::string_view path, std::string_view type) {
  Object source;
  source.emplace("path", path);
  source.emplace("type", type);
  return volume(std::move(name), "hostPath", std::move(source));
}

Volume docker_config(std::string name, const std::vector<SecretFile>& files) {
  Array sources;
  for (const SecretFile& file : files) {
    Object item;
    item.emplace("key", ".dockerconfigjson");
    item.emplace("path", std::string_view(file.path));
    Array items;
    items.emplace_back(std::move(item));
    Object secret;
    secret.emplace("name", std::string_view(file.secret));
    secret.emplace("items", std::move(items));
    Object source;
    source.emplace("secret", std::move(secret));
    sources.emplace_back(std::move(source));
  }
  Object projected;
  projected.emplace("sources", std::move(sources));
  return volume(std::move(name), "projected", std::move(projected));
}

Probe http_probe(std::string_view path, int port) {
  Probe probe;
  probe.path = path;
  probe.port = port;
  return probe;
}

Probe exec_probe(std::vector<std::string> command) {
  Probe probe;
  probe.command = std::move(command);
  return probe;
}

json::Value container_json(const Container& container) {
  Object out;
  out.reserve(12);
  out.emplace("name", std::string_view(container.name));
  out.emplace("image", std::string_view(container.image));
  put(out, "imagePullPolicy", container.pull_policy);
  put(out, "command", container.command);
  put(out, "args", container.args);
  put_list(out, "env", container.env, env_json);
  put_list(out, "ports", container.ports, port_json);
  if (container.gpus.count > 0) out.emplace("resources", gpus_json(container.gpus));
  if (container.startup) out.emplace("startupProbe", probe_json(*container.startup));
  if (container.liveness) out.emplace("livenessProbe", probe_json(*container.liveness));
  if (container.readiness) out.emplace("readinessProbe", probe_json(*container.readiness));
  if (container.privileged) {
    Object context;
    context.emplace("privileged", true);
    out.emplace("securityContext", std::move(context));
  }
  put_list(out, "volumeMounts", container.mounts, mount_json);
  return out;
}

json::Value toleration_json(const Toleration& toleration) {
  Object out;
  out.reserve(4);
  put(out, "key", toleration.key);
  put(out, "operator", toleration.op);
  put(out, "value", toleration.value);
  put(out, "effect", toleration.effect);
  return out;
}

json::Value affinity_json(const std::vector<NodeLabel>& labels) {
  Array expressions;
  expressions.reserve(labels.size());
  for (const NodeLabel& label : labels) {
    Array values;
    values.emplace_back(std::string_view(label.value));
    Object expression;
    expression.reserve(3);
    expression.emplace("key", std::string_view(label.key));
    expression.emplace("operator", "In");
    expression.emplace("values", std::move(values));
    expressions.emplace_back(std::move(expression));
  }
  Object term;
  term.emplace("matchExpressions", std::move(expressions));
  Array terms;
  terms.emplace_back(std::move(term));
  Object required;
  required.emplace("nodeSelectorTerms", std::move(terms));
  Object node;
  node.emplace("requiredDuringSchedulingIgnoredDuringExecution", std::move(required));
  Object out;
  out.emplace("nodeAffinity", std::move(node));
  return out;
}

json::Value string_map_json(const std::map<std::string, std::string>& map) {
  Object out;
  out.reserve(map.size());
  for (const auto& [key, value] : map)
    out.emplace(std::string_view(key), std::string_view(value));
  return out;
}

json::Value pod_template_json(const Pod& pod) {
  Object spec;
  spec.reserve(10);
  put(spec, "restartPolicy", pod.restart_policy);
  if (pod.share_processes) spec.emplace("shareProcessNamespace", true);
  put(spec, "serviceAccountName", pod.service_account);
  put_list(spec, "imagePullSecrets", pod.image_pull_secrets, secret_name_json);
  if (!pod.node_labels.empty()) spec.emplace("affinity", affinity_json(pod.node_labels));
  put_list(spec, "initContainers", pod.init_containers, container_json);
  put_list(spec, "containers", pod.containers, container_json);
  put_list(spec, "tolerations", pod.tolerations, toleration_json);
  put_list(spec, "volumes", pod.volumes, volume_json);

  Object meta;
  meta.emplace("labels", string_map_json(pod.labels));
  Object out;
  out.reserve(2);
  out.emplace("metadata", std::move(meta));
  out.emplace("spec", std::move(spec));
  return out;
}

}  // namespace kaito::render
