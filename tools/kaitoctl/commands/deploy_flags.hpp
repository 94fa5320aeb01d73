#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "context.hpp"
#include "kaito/ops/deploy.hpp"

namespace kaitoctl::commands {

/// The flags of `deploy`, as typed.
struct DeployFlags {
  std::string model;
  std::vector<std::string> files;
  std::string name;
  std::string instance_type;
  std::vector<std::string> node_selector;
  std::string runtime;
  std::vector<std::string> adapters;
  std::string config;
  std::string model_access_secret;
  std::string hf_token_file;
  std::optional<std::int64_t> replicas;
  bool expose = false;
  std::string cloud;
  std::string api_version;
  bool wait = false;
  std::string timeout = "30m";
  std::string progress = "auto";
  std::string dry_run = "none";
  std::string field_manager = "kaitoctl";
  bool force_conflicts = false;
  std::string output;
};

/// MODEL, -f, and what describes the Workspace of a MODEL: everything that needs no cluster.
void add_model_flags(CommandLine& command, DeployFlags& flags);
void add_deploy_flags(CommandLine& command, DeployFlags& flags);

/// Errors: usage, when the flags contradict each other.
[[nodiscard]] kaito::Result<void> check_combination(const DeployFlags& flags);

/// What MODEL and the flags ask for; reads --config and --hf-token-file. Errors: usage, parse.
[[nodiscard]] kaito::Result<kaito::ops::ModelRequest> model_request(Context& context,
                                                                    const DeployFlags& flags);

/// How to send it. The namespace is the cluster connection's, once there is one.
[[nodiscard]] kaito::ops::DeployOptions deploy_options(Context& context, const DeployFlags& flags);

}  // namespace kaitoctl::commands
