#include "render/pod.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace kaito::render {

namespace {

using json::Items;
using json::Literal;
using json::Members;

void put(Members object, Literal key, std::string_view text) {
  if (!text.empty()) object.add(key, text);
}

void put(Members object, Literal key, int number) {
  if (number != 0) object.add(key, number);
}

void put(Members object, Literal key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  Items list = object.add_list(key);
  for (const std::string& text : texts)
    list.add(text);
}

template <class Item, class Write>
void put_list(Members object, Literal key, const std::vector<Item>& items, Write write) {
  if (items.empty()) return;
  Items list = object.add_list(key);
  for (const Item& item : items)
    write(item, list.add_object());
}

void write_reference(const EnvVar& variable, Members source) {
  if (variable.from == EnvVar::From::field) {
    source.add_object("fieldRef").add("fieldPath", variable.value);
    return;
  }
  Members reference = source.add_object("secretKeyRef");
  reference.add("name", variable.value);
  reference.add("key", variable.key);
  reference.add("optional", true);
}

void write_env(const EnvVar& variable, Members out) {
  out.add("name", variable.name);
  if (variable.from == EnvVar::From::text)
    out.add("value", variable.value);
  else
    write_reference(variable, out.add_object("valueFrom"));
}

void write_port(const Port& port, Members out) {
  put(out, "name", port.name);
  out.add("containerPort", port.number);
  if (port.protocol) out.add("protocol", "TCP");
}

void write_mount(const Mount& mount, Members out) {
  out.add("name", mount.name);
  out.add("mountPath", mount.path);
  if (mount.read_only) out.add("readOnly", true);
}

void write_projection(const std::vector<SecretFile>& files, Members projected) {
  Items sources = projected.add_list("sources");
  for (const SecretFile& file : files) {
    Members secret = sources.add_object().add_object("secret");
    secret.add("name", file.secret);
    Members item = secret.add_list("items").add_object();
    item.add("key", ".dockerconfigjson");
    item.add("path", file.path);
  }
}

/// The members of the user's source; the volume's name is ours.
void write_given(const json::Value& source, Members out) {
  const auto* object = source.if_object();
  if (object == nullptr) return;
  for (const auto& member : *object)
    if (member.key() != "name") out.add_entry(member.key(), member.value());
}

void write_volume(const Volume& volume, Members out) {
  out.add("name", volume.name);
  switch (volume.source) {
    case Volume::Source::empty:
      (void)out.add_object("emptyDir");
      break;
    case Volume::Source::memory:
      out.add_object("emptyDir").add("medium", "Memory");
      break;
    case Volume::Source::config_map:
      out.add_object("configMap").add("name", volume.from);
      break;
    case Volume::Source::host_path: {
      Members path = out.add_object("hostPath");
      path.add("path", volume.from);
      path.add("type", volume.type);
      break;
    }
    case Volume::Source::docker_config:
      write_projection(volume.files, out.add_object("projected"));
      break;
    case Volume::Source::given:
      write_given(*volume.given, out);
      break;
  }
}

void write_probe(const Probe& probe, Members out) {
  if (probe.command.empty()) {
    Members action = out.add_object("httpGet");
    action.add("path", probe.path);
    action.add("port", probe.port);
  } else {
    put(out.add_object("exec"), "command", probe.command);
  }
  put(out, "initialDelaySeconds", probe.initial_delay);
  put(out, "periodSeconds", probe.period);
  put(out, "timeoutSeconds", probe.timeout);
  put(out, "failureThreshold", probe.failure_threshold);
  put(out, "terminationGracePeriodSeconds", probe.termination_grace);
}

void write_gpus(const GpuRequest& gpus, Members out) {
  const std::string count = std::to_string(gpus.count);
  out.add_object("limits").add_entry(gpus.resource, count);
  out.add_object("requests").add_entry(gpus.resource, count);
}

void write_secret_name(const std::string& name, Members out) {
  out.add("name", name);
}

void write_container(const Container& container, Members out) {
  out.add("name", container.name);
  out.add("image", container.image);
  put(out, "imagePullPolicy", container.pull_policy);
  put(out, "command", container.command);
  put(out, "args", container.args);
  put_list(out, "env", container.env, write_env);
  put_list(out, "ports", container.ports, write_port);
  if (container.gpus.count > 0) write_gpus(container.gpus, out.add_object("resources"));
  if (container.startup) write_probe(*container.startup, out.add_object("startupProbe"));
  if (container.liveness) write_probe(*container.liveness, out.add_object("livenessProbe"));
  if (container.readiness) write_probe(*container.readiness, out.add_object("readinessProbe"));
  if (container.privileged) out.add_object("securityContext").add("privileged", true);
  put_list(out, "volumeMounts", container.mounts, write_mount);
}

}  // namespace

Volume empty_dir(std::string name) {
  return {std::move(name)};
}

Volume memory_dir(std::string name) {
  return {std::move(name), Volume::Source::memory};
}

Volume config_map_volume(std::string name, std::string config_map) {
  return {std::move(name), Volume::Source::config_map, std::move(config_map)};
}

Volume host_path(std::string name, std::string path, std::string type) {
  return {std::move(name), Volume::Source::host_path, std::move(path), std::move(type)};
}

Volume docker_config(std::string name, std::vector<SecretFile> files) {
  Volume volume{std::move(name), Volume::Source::docker_config};
  volume.files = std::move(files);
  return volume;
}

Volume given_volume(std::string name, const json::Document& source) {
  Volume volume{std::move(name), Volume::Source::given};
  volume.given = &source.value();
  return volume;
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

void write_toleration(const Toleration& toleration, Members out) {
  put(out, "key", toleration.key);
  put(out, "operator", toleration.op);
  put(out, "value", toleration.value);
  put(out, "effect", toleration.effect);
}

void write_affinity(const std::vector<NodeLabel>& labels, Members out) {
  Members required =
      out.add_object("nodeAffinity").add_object("requiredDuringSchedulingIgnoredDuringExecution");
  Members term = required.add_list("nodeSelectorTerms").add_object();
  Items expressions = term.add_list("matchExpressions");
  for (const NodeLabel& label : labels) {
    Members expression = expressions.add_object();
    expression.add("key", label.key);
    expression.add("operator", "In");
    expression.add_list("values").add(label.value);
  }
}

void write_map(const std::map<std::string, std::string>& map, Members out) {
  for (const auto& [key, value] : map)
    out.add_entry(key, value);
}

void write_pod_template(const Pod& pod, Members out) {
  write_map(pod.labels, out.add_object("metadata").add_object("labels"));
  Members spec = out.add_object("spec");
  put(spec, "restartPolicy", pod.restart_policy);
  if (pod.share_processes) spec.add("shareProcessNamespace", true);
  put(spec, "serviceAccountName", pod.service_account);
  put_list(spec, "imagePullSecrets", pod.image_pull_secrets, write_secret_name);
  if (!pod.node_labels.empty()) write_affinity(pod.node_labels, spec.add_object("affinity"));
  put_list(spec, "initContainers", pod.init_containers, write_container);
  put_list(spec, "containers", pod.containers, write_container);
  put_list(spec, "tolerations", pod.tolerations, write_toleration);
  put_list(spec, "volumes", pod.volumes, write_volume);
}

}  // namespace kaito::render
