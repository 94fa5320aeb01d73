#include "render/adapters.hpp"
#include "render/inference.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view serving_script = "/workspace/vllm/multi-node-serving.sh";
constexpr std::string_view ray_port = " --ray_port=6379";

/// Upstream writes the utilisation as the catalogue has it: two digits.
std::string two_digits(double share) {
  const auto hundredths = static_cast<int>(share * 100 + 0.5);
  const std::string digits = std::to_string(hundredths);
  return "0." + (hundredths < 10 ? "0" + digits : digits);
}

std::string served_name(const Inference& inference) {
  const Subject& subject = inference.subject;
  const std::string_view set = label(subject, "inferenceset.kaito.sh/created-by");
  if (!label(subject, "multiroleinference.kaito.sh/created-by").empty() || set.empty())
    return inference.model.name;
  return std::string(set);
}

void set_weight_flags(const Inference& inference, Flags& flags) {
  const Weights& weights = inference.weights;
  switch (weights.source) {
    case WeightSource::managed_stream:
      flags.set("model", "az://" + weights.container + "/" + weights.mirror_id);
      break;
    case WeightSource::static_stream:
      flags.set_shell("model", "$STREAM_MODEL_URI");
      break;
    case WeightSource::node_path:
      flags.set("model", weights.node_path);
      break;
    case WeightSource::hub:
      flags.set("model", inference.model.id);
      flags.set("download-dir", "/workspace/weights");
      return;
    case WeightSource::artifact:
      return;
  }
  flags.erase("load_format");
  flags.set("load-format", "runai_streamer");
}

void set_parallel_flags(const Inference& inference, const plan::ServerSettings& settings,
                        Flags& flags) {
  const plan::Parallelism& parallel = settings.parallel;
  if (settings.data_parallel_flags) flags.set("data-parallel-size", std::to_string(parallel.data));
  flags.set("tensor-parallel-size", std::to_string(parallel.tensor));
  if (inference.nodes > 1) {
    flags.set("pipeline-parallel-size", std::to_string(parallel.pipeline));
    flags.set("distributed-executor-backend", "ray");
  }
  const bool sliced = inference.gpus.node.slice;
  if (settings.no_cpu_cache || sliced || !entry_flag(inference.model, "kvCacheCpuOffload", true))
    flags.set("kaito-kv-cache-cpu-memory-utilization", "0");
  if (inference.weights.streamed() && parallel.tensor > 1)
    flags.set("model-loader-extra-config", R"({"distributed": true})");
}

Flags server_flags(const Inference& inference) {
  const Subject& subject = inference.subject;
  const plan::ServerSettings settings =
      plan::server_settings(inference.model.facts, inference.gpus.node, inference.nodes);
  Flags flags = parameters_of(*inference.model.record, "vllm");
  flags.set("served-model-name", served_name(inference));
  flags.set("max-model-len", "auto");
  if (settings.gpu_memory_utilization)
    flags.set("gpu-memory-utilization", two_digits(*settings.gpu_memory_utilization));
  if (!flags.contains("kv-events-config"))
    flags.set("kv-events-config", R"({"enable_kv_cache_events":true})");
  flags.set("compilation-config.pass_config.fuse_allreduce_rms", "False");
  if (has_adapters(subject) && entry_flag(inference.model, "lora", true)) flags.set("enable-lora");
  set_weight_flags(inference, flags);
  const auto& config = subject.workspace.inference->config;
  if (config && !config->empty())
    flags.set("kaito-config-file", "/mnt/config/inference_config.yaml");
  const std::string_view mode = annotation(subject, "kaito.sh/performance-mode");
  if (!mode.empty() && mode != "balanced") flags.set("performance-mode", mode);
  set_parallel_flags(inference, settings, flags);
  if (inference.decode) flags.set("port", "5001");
  return flags;
}

}  // namespace

std::string vllm_command(const Inference& inference) {
  std::string serve = "python3 /workspace/vllm/inference_api.py";
  server_flags(inference).append_to(serve);
  if (!inference.multi_node()) return serve;
  std::string out = R"(if [ "${POD_INDEX}" = "0" ]; then )";
  out.append(serving_script).append(" leader --ray_cluster_size=");
  out.append(std::to_string(inference.nodes)).append(ray_port).append("; ");
  out.append(serve).append("; else ").append(serving_script).append(" worker --ray_address=");
  out.append(shell_word(leader_address(inference.subject))).append(ray_port).append("; fi");
  return out;
}

Result<std::string> transformers_command(const Inference& inference) {
  const Model& model = inference.model;
  if (!model.preset->transformers) {
    return fail(ErrorCode::invalid, model.name + " has no transformers runtime",
                "leave out the annotation kaito.sh/runtime: vLLM serves it");
  }
  Flags flags = parameters_of(*model.record, "transformers");
  flags.set("served_model_name", model.name);
  flags.set("pretrained_model_name_or_path", model.id);
  flags.set("allow_remote_files");
  std::string command =
      "accelerate launch --gpu_ids=all --machine_rank=0 --num_machines=1 --num_processes=1 "
      "/workspace/tfs/inference_api.py";
  flags.append_to(command);
  return command;
}

}  // namespace kaito::render
