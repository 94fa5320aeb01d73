#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/tree.hpp"

/// The parts of a pod as the operator's releases use them, and their JSON. Empty members are left
/// out, as Go's omitempty has it.
namespace kaito::render {

struct EnvVar {
  enum class From : std::uint8_t { text, secret, field };
  std::string name;
  std::string value;  ///< the text, the Secret's name, or the field's path
  From from = From::text;
  std::string key{};  ///< of the Secret, which may be missing
};

struct Port {
  std::string name;
  int number = 0;
  bool protocol = false;  ///< whether TCP is written out
};

struct Mount {
  std::string name;
  std::string path;
  bool read_only = false;
};

/// `.dockerconfigjson` of a Secret as a file.
struct SecretFile {
  std::string secret;
  std::string path;
};

struct Volume {
  enum class Source : std::uint8_t { empty, memory, config_map, host_path, docker_config, given };
  std::string name;
  Source source = Source::empty;
  std::string from{};                  ///< the ConfigMap's name, or the path on the node
  std::string type{};                  ///< of the path on the node
  std::vector<SecretFile> files{};     ///< docker_config: what is projected into one directory
  const json::Value* given = nullptr;  ///< the source as the user wrote it
};
[[nodiscard]] Volume empty_dir(std::string name);
[[nodiscard]] Volume memory_dir(std::string name);
[[nodiscard]] Volume config_map_volume(std::string name, std::string config_map);
[[nodiscard]] Volume host_path(std::string name, std::string path, std::string type);
/// A projected volume of the files.
[[nodiscard]] Volume docker_config(std::string name, std::vector<SecretFile> files);
/// The Workspace's own volume source, which must outlive the volume.
[[nodiscard]] Volume given_volume(std::string name, const json::Document& source);
Volume given_volume(std::string name, json::Document&& source) = delete;

/// Either `command` or an HTTP GET. Numbers that are 0 are left out.
struct Probe {
  std::vector<std::string> command{};
  std::string path{};
  int port = 0;
  int initial_delay = 0;
  int period = 10;
  int timeout = 0;
  int failure_threshold = 0;
  int termination_grace = 0;
};
[[nodiscard]] Probe http_probe(std::string_view path, int port);
[[nodiscard]] Probe exec_probe(std::vector<std::string> command);

/// GPUs of a container: the same as request and as limit.
struct GpuRequest {
  std::string resource = "nvidia.com/gpu";
  std::int64_t count = 0;
};

struct Container {
  std::string name;
  std::string image;
  std::string pull_policy{};
  std::vector<std::string> command{};
  std::vector<std::string> args{};
  std::vector<EnvVar> env{};
  std::vector<Port> ports{};
  GpuRequest gpus{};
  std::optional<Probe> startup{};
  std::optional<Probe> liveness{};
  std::optional<Probe> readiness{};
  std::vector<Mount> mounts{};
  bool privileged = false;
};

struct Toleration {
  std::string key;
  std::string op;
  std::string value;
  std::string effect = "NoSchedule";
};

/// One `In` expression with one value.
struct NodeLabel {
  std::string key;
  std::string value;
};

struct Pod {
  std::map<std::string, std::string> labels;
  std::vector<std::string> image_pull_secrets;
  std::vector<NodeLabel> node_labels;  ///< required node affinity, one term
  std::vector<Container> init_containers;
  std::vector<Container> containers;
  std::vector<Toleration> tolerations;
  std::vector<Volume> volumes;
  std::string service_account;
  std::string restart_policy;
  bool share_processes = false;
};

// Each fills an object that is empty.

/// {"metadata": {"labels": ...}, "spec": ...}: a PodTemplateSpec.
void write_pod_template(const Pod& pod, json::Members out);
void write_toleration(const Toleration& toleration, json::Members out);
/// {"nodeAffinity": ...} with one term. REQUIRES: labels is not empty.
void write_affinity(const std::vector<NodeLabel>& labels, json::Members out);
void write_map(const std::map<std::string, std::string>& map, json::Members out);

}  // namespace kaito::render
