#include "commands/deploy_flags.hpp"

#include "kaito/base/text.hpp"

namespace kaitoctl::commands {

using kaito::ErrorCode;

void add_model_flags(CommandLine& command, DeployFlags& flags) {
  command
      .positional("MODEL", flags.model,
                  "A model: preset name, short name (phi-3-mini) or Hugging Face id")
      .texts("-f,--filename", flags.files,
             "Take the workspaces of this file; - is stdin; repeatable", "FILE")
      .text("--name", flags.name, "Name of the workspace (default: workspace-MODEL)", "NAME")
      .text("--instance-type", flags.instance_type,
            "GPU instance type (default: the best that plan finds)", "SKU")
      .texts("--node-selector", flags.node_selector,
             "Label of the nodes, KEY=VALUE; without --instance-type: your own nodes; repeatable",
             "LABEL")
      .choice("--runtime", flags.runtime, {"vllm", "transformers"}, "Serving runtime")
      .texts("--adapter", flags.adapters, "LoRA adapter NAME=IMAGE[@STRENGTH]; repeatable",
             "ADAPTER")
      .text("--config", flags.config, "Inference config: a file, or configmap/NAME", "FILE")
      .text("--model-access-secret", flags.model_access_secret,
            "Secret with the key HF_TOKEN, for gated models", "SECRET")
      .integer("--replicas", flags.replicas, "Make it an InferenceSet of this many workspaces")
      .flag("--expose", flags.expose, "Give it a LoadBalancer; its endpoint has no authentication")
      .choice("--cloud", flags.cloud, {"azure", "aws", "arc"},
              "Whose instance types are meant (default: the cluster's, where there is one; azure)");
}

void add_deploy_flags(CommandLine& command, DeployFlags& flags) {
  add_model_flags(command, flags);
  command
      .text("--hf-token-file", flags.hf_token_file,
            "File with a Hugging Face token (- is stdin), put into a Secret", "FILE")
      .choice("--api-version", flags.api_version, {"v1beta1", "v1alpha1"},
              "Workspace version to send (default: the newest that is served)")
      .flag("--wait", flags.wait, "Wait until the model answers")
      .text("--timeout", flags.timeout, "How long to wait", "DURATION")
      .choice("--progress", flags.progress, {"auto", "plain", "json", "none"},
              "How to show the waiting")
      .choice("--dry-run", flags.dry_run, {"none", "client", "server"},
              "Check without changing anything")
      .text("--field-manager", flags.field_manager, "Name that owns the fields that are set",
            "NAME")
      .flag("--force-conflicts", flags.force_conflicts, "Take over fields that others own")
      .text("-o,--output", flags.output, "Print the objects: json, yaml or name", "FORMAT")
      .footer(
          "Examples:\n"
          "  kaitoctl deploy phi-3-mini --wait\n"
          "  kaitoctl deploy llama-3.1-8b-instruct --instance-type Standard_NC24ads_A100_v4 "
          "--hf-token-file token.txt\n"
          "  kaitoctl deploy -f workspace.yaml");
}

kaito::Result<void> check_combination(const DeployFlags& flags) {
  if (flags.model.empty() && flags.files.empty()) {
    return kaito::fail(ErrorCode::usage, "a MODEL or -f FILE is needed",
                       "kaitoctl models list shows the models");
  }
  if (!flags.files.empty() &&
      (!flags.model.empty() || !flags.name.empty() || !flags.instance_type.empty() ||
       !flags.node_selector.empty() || !flags.runtime.empty() || !flags.adapters.empty() ||
       !flags.config.empty() || !flags.model_access_secret.empty() ||
       !flags.hf_token_file.empty() || flags.replicas || flags.expose)) {
    return kaito::fail(ErrorCode::usage,
                       "-f takes the workspace as the file has it: MODEL and the flags that "
                       "describe one do not go with it",
                       "change the file, or leave out -f");
  }
  if (!flags.model_access_secret.empty() && !flags.hf_token_file.empty())
    return kaito::fail(ErrorCode::usage,
                       "--model-access-secret and --hf-token-file exclude each other");
  if (flags.replicas && *flags.replicas < 0)
    return kaito::fail(ErrorCode::usage, "--replicas cannot be negative");
  return {};
}

kaito::Result<kaito::ops::ModelRequest> model_request(Context& context, const DeployFlags& flags) {
  kaito::ops::ModelRequest request;
  request.model = flags.model;
  request.name = flags.name;
  request.instance_type = flags.instance_type;
  for (const auto& label : flags.node_selector) {
    const auto equals = label.find('=');
    if (equals == std::string::npos || equals == 0)
      return kaito::fail(ErrorCode::usage, "--node-selector \"" + label + "\" is not KEY=VALUE");
    request.node_selector[label.substr(0, equals)] = label.substr(equals + 1);
  }
  request.runtime = flags.runtime;
  request.adapters = flags.adapters;
  request.model_access_secret = flags.model_access_secret;
  request.replicas = flags.replicas;
  request.expose = flags.expose;
  request.cloud = flags.cloud;
  constexpr std::string_view config_map_prefix = "configmap/";
  if (flags.config.starts_with(config_map_prefix)) {
    request.config_map = flags.config.substr(config_map_prefix.size());
  } else if (!flags.config.empty()) {
    KAITO_TRY(request.config_text, context.read_input(flags.config));
  }
  if (!flags.hf_token_file.empty()) {
    KAITO_TRY(const auto text, context.read_input(flags.hf_token_file));
    request.hf_token = std::string(kaito::trim(text));
    if (request.hf_token.empty())
      return kaito::fail(ErrorCode::usage, "--hf-token-file: " + flags.hf_token_file + " is empty");
  }
  return request;
}

kaito::ops::DeployOptions deploy_options(Context& context, const DeployFlags& flags) {
  kaito::ops::DeployOptions options;
  options.namespace_ = context.namespace_();
  options.namespace_given = !context.flags().cluster.namespace_.empty();
  options.api_version = flags.api_version;
  options.write.field_manager = flags.field_manager;
  options.write.force = flags.force_conflicts;
  if (flags.dry_run == "server") options.write.dry_run = kaito::k8s::DryRun::server;
  options.client_dry_run = flags.dry_run == "client";
  return options;
}

}  // namespace kaitoctl::commands
