#include "render/pod.hpp"

#include "render/members.hpp"

namespace kaito::render {

namespace {

using json::Array;
using json::Object;

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
  Array& list = add_list(object, key);
  list.reserve(texts.size());
  for (const std::string& text : texts)
    list.emplace_back(std::string_view(text));
}

template <class Item, class Write>
void put_list(Object& object, std::string_view key, const std::vector<Item>& items, Write write) {
  if (items.empty()) return;
  Array& list = add_list(object, key);
  list.reserve(items.size());
  for (const Item& item : items)
    write(item, add_object(list));
}

void write_reference(const EnvVar& variable, Object& source) {
  if (variable.from == EnvVar::From::field) {
    add_object(source, "fieldRef").emplace("fieldPath", std::string_view(variable.value));
    return;
  }
  Object& reference = add_object(source, "secretKeyRef");
  reference.reserve(3);
  reference.emplace("name", std::string_view(variable.value));
  reference.emplace("key", std::string_view(variable.key));
  reference.emplace("optional", true);
}

void write_env(const EnvVar& variable, Object& out) {
  out.reserve(2);
  out.emplace("name", std::string_view(variable.name));
  if (variable.from == EnvVar::From::text)
    out.emplace("value", std::string_view(variable.value));
  else
    write_reference(variable, add_object(out, "valueFrom"));
}

void write_port(const Port& port, Object& out) {
  out.reserve(3);
  put(out, "name", port.name);
  out.emplace("containerPort", port.number);
  if (port.protocol) out.emplace("protocol", "TCP");
}

void write_mount(const Mount& mount, Object& out) {
  out.reserve(3);
  out.emplace("name", std::string_view(mount.name));
  out.emplace("mountPath", std::string_view(mount.path));
  if (mount.read_only) out.emplace("readOnly", true);
}

void write_volume(const Volume& volume, Object& out) {
  const Object* source = volume.source.if_object();
  out.reserve(source != nullptr ? 1 + source->size() : 1);
  out.emplace("name", std::string_view(volume.name));
  if (source == nullptr) return;
  for (const auto& member : *source)
    out.emplace(member.key(), member.value());
}

void write_probe(const Probe& probe, Object& out) {
  out.reserve(6);
  if (probe.command.empty()) {
    Object& action = add_object(out, "httpGet");
    action.reserve(2);
    action.emplace("path", std::string_view(probe.path));
    action.emplace("port", probe.port);
  } else {
    put(add_object(out, "exec"), "command", probe.command);
  }
  put(out, "initialDelaySeconds", probe.initial_delay);
  put(out, "periodSeconds", probe.period);
  put(out, "timeoutSeconds", probe.timeout);
  put(out, "failureThreshold", probe.failure_threshold);
  put(out, "terminationGracePeriodSeconds", probe.termination_grace);
}

void write_gpus(const GpuRequest& gpus, Object& out) {
  out.reserve(2);
  for (const char* kind : {"limits", "requests"})
    add_object(out, kind).emplace(std::string_view(gpus.resource), std::to_string(gpus.count));
}

void write_secret_name(const std::string& name, Object& out) {
  out.emplace("name", std::string_view(name));
}

void write_container(const Container& container, Object& out) {
  out.reserve(12);
  out.emplace("name", std::string_view(container.name));
  out.emplace("image", std::string_view(container.image));
  put(out, "imagePullPolicy", container.pull_policy);
  put(out, "command", container.command);
  put(out, "args", container.args);
  put_list(out, "env", container.env, write_env);
  put_list(out, "ports", container.ports, write_port);
  if (container.gpus.count > 0) write_gpus(container.gpus, add_object(out, "resources"));
  if (container.startup) write_probe(*container.startup, add_object(out, "startupProbe"));
  if (container.liveness) write_probe(*container.liveness, add_object(out, "livenessProbe"));
  if (container.readiness) write_probe(*container.readiness, add_object(out, "readinessProbe"));
  if (container.privileged) add_object(out, "securityContext").emplace("privileged", true);
  put_list(out, "volumeMounts", container.mounts, write_mount);
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

void write_toleration(const Toleration& toleration, Object& out) {
  out.reserve(4);
  put(out, "key", toleration.key);
  put(out, "operator", toleration.op);
  put(out, "value", toleration.value);
  put(out, "effect", toleration.effect);
}

void write_affinity(const std::vector<NodeLabel>& labels, Object& out) {
  Object& required =
      add_object(add_object(out, "nodeAffinity"), "requiredDuringSchedulingIgnoredDuringExecution");
  Object& term = add_object(add_list(required, "nodeSelectorTerms"));
  Array& expressions = add_list(term, "matchExpressions");
  expressions.reserve(labels.size());
  for (const NodeLabel& label : labels) {
    Object& expression = add_object(expressions);
    expression.reserve(3);
    expression.emplace("key", std::string_view(label.key));
    expression.emplace("operator", "In");
    add_list(expression, "values").emplace_back(std::string_view(label.value));
  }
}

void write_map(const std::map<std::string, std::string>& map, Object& out) {
  out.reserve(map.size());
  for (const auto& [key, value] : map)
    out.emplace(std::string_view(key), std::string_view(value));
}

void write_pod_template(const Pod& pod, Object& out) {
  out.reserve(2);
  write_map(pod.labels, add_object(add_object(out, "metadata"), "labels"));
  Object& spec = add_object(out, "spec");
  spec.reserve(10);
  put(spec, "restartPolicy", pod.restart_policy);
  if (pod.share_processes) spec.emplace("shareProcessNamespace", true);
  put(spec, "serviceAccountName", pod.service_account);
  put_list(spec, "imagePullSecrets", pod.image_pull_secrets, write_secret_name);
  if (!pod.node_labels.empty()) write_affinity(pod.node_labels, add_object(spec, "affinity"));
  put_list(spec, "initContainers", pod.init_containers, write_container);
  put_list(spec, "containers", pod.containers, write_container);
  put_list(spec, "tolerations", pod.tolerations, write_toleration);
  put_list(spec, "volumes", pod.volumes, write_volume);
}

}  // namespace kaito::render
