#pragma once

#include <cstdint>
#include <string>

#include "render/model.hpp"
#include "render/subject.hpp"

namespace kaito::render {

/// Where the pod gets the model's weights from. Source: 0.4.
enum class WeightSource : std::uint8_t {
  managed_stream,  ///< a ModelMirror's blob container
  static_stream,   ///< a SAS URL that an init container fetches
  node_path,       ///< a directory of the node
  hub,             ///< the server downloads them
  artifact,        ///< an init container pulls them from the registry
};

struct Weights {
  WeightSource source = WeightSource::hub;
  /// The node's directory; set with streaming and with transformers, too. "" = off.
  std::string node_path{};
  std::string mirror_id{};  ///< streaming: the model as the mirror names it
  std::string account{};    ///< managed_stream: storage account and container
  std::string container{};
  std::string service_account{};
  std::string storage_class{};
  [[nodiscard]] bool streamed() const {
    return source == WeightSource::managed_stream || source == WeightSource::static_stream;
  }
  /// Whether the pod has the weights' volume, and so perhaps a claim for it.
  [[nodiscard]] bool has_volume() const { return !streamed() && node_path.empty(); }
};

/// Errors: invalid, when streaming lacks a fact of the cluster.
[[nodiscard]] Result<Weights> find_weights(const Subject& subject, const Model& model);

/// The init container that pulls an OCI artifact into the weights' volume.
[[nodiscard]] Container artifact_puller(const Subject& subject, std::string_view preset,
                                        std::string_view tag);

/// The first six hex digits of the model's sha256. Source: 1.7.
[[nodiscard]] std::string mirror_name(std::string_view model_id);
/// The ModelMirror of a streamed model; for a static one with its ConfigMap.
void add_model_mirror(const Subject& subject, const Model& model, const Weights& weights);
/// What streaming changes in the pod, between the HF token and the adapters. Source: 1.2, 1.7.
void stream_weights(const Subject& subject, const Weights& weights, Pod& pod);

}  // namespace kaito::render
