#include "render/weights.hpp"

#include "kaito/base/text.hpp"

namespace kaito::render {

namespace {

/// The directory below which a node keeps a model; "" for names that cannot be one.
std::string local_path(std::string_view preset) {
  std::string name = to_lower(trim(preset));
  for (char& c : name)
    if (c == '/' || c == '\\') c = '-';
  if (name.empty() || name == "." || name == "..") return {};
  return "/opt/kaito/models/" + name;
}

bool streams(const Subject& subject) {
  return subject.input.gates.model_streaming && uses_vllm(subject) &&
         annotation(subject, "kaito.sh/model-streaming") != "disabled";
}

/// The model as its mirror is called: an alias becomes its id, an id stays as it was typed.
std::string mirrored_id(const Subject& subject, const Model& model) {
  const std::string& typed = subject.workspace.inference->preset->name;
  return typed.find('/') == std::string::npos ? model.id : typed;
}

Result<void> find_stream(const Subject& subject, Weights& weights) {
  const StreamingFacts& facts = subject.input.streaming;
  const std::string_view own_account = annotation(subject, "kaito.sh/streaming-service-account");
  weights.service_account = own_account.empty() ? facts.service_account : std::string(own_account);
  if (annotation(subject, "inference.kaito.sh/static-model-mirror") == "true") {
    weights.source = WeightSource::static_stream;
    return {};
  }
  weights.source = WeightSource::managed_stream;
  const std::string_view own_class = annotation(subject, "kaito.sh/model-mirror-storage-class");
  weights.storage_class = own_class.empty() ? facts.storage_class : std::string(own_class);
  if (weights.storage_class.empty()) {
    return fail(ErrorCode::invalid, "model streaming needs the StorageClass of the mirror",
                "annotation kaito.sh/model-mirror-storage-class, or --mirror-storage-class CLASS");
  }
  const auto parts = split(facts.volume_handle, '#');
  if (parts.size() < 3 || parts[1].empty() || parts[2].empty()) {
    return fail(ErrorCode::invalid,
                "model streaming needs the storage account and container of the mirror's volume",
                "--mirror-volume-handle GROUP#ACCOUNT#CONTAINER, from spec.csi.volumeHandle of the "
                "PersistentVolume");
  }
  weights.account = parts[1];
  weights.container = parts[2];
  return {};
}

}  // namespace

Result<Weights> find_weights(const Subject& subject, const Model& model) {
  Weights weights;
  if (annotation(subject, "kaito.sh/use-local-weights") == "true")
    weights.node_path = local_path(subject.workspace.inference->preset->name);
  if (streams(subject)) {
    weights.mirror_id = mirrored_id(subject, model);
    KAITO_CHECK(find_stream(subject, weights));
  } else if (!weights.node_path.empty()) {
    weights.source = WeightSource::node_path;
  } else if (!entry_flag(model, "downloadAtRuntime", true)) {
    weights.source = WeightSource::artifact;
  }
  return weights;
}

Container artifact_puller(const Subject& subject, std::string_view preset, std::string_view tag) {
  Container puller;
  puller.name = "model-weights-downloader";
  puller.image = "mcr.microsoft.com/oss/v2/oras-project/oras:v1.2.3";
  puller.command = {"oras", "pull",
                    kubelet_literal(subject.input.registry + "/kaito-" + std::string(preset) + ":" +
                                    std::string(tag)),
                    "-o", "/workspace/weights"};
  puller.mounts = {{"model-weights-volume", "/workspace/weights"}};
  return puller;
}

}  // namespace kaito::render
