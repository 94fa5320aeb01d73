#pragma once

#include <string>

#include "render/gpus.hpp"
#include "render/model.hpp"
#include "render/subject.hpp"
#include "render/weights.hpp"

namespace kaito::render {

/// A preset's inference, with everything found out that its objects depend on.
struct Inference {
  const Subject& subject;
  Model model;
  PodGpus gpus;
  Weights weights;
  std::int64_t nodes = 1;
  bool vllm = true;
  bool decode = false;  ///< role decode: the server is behind the routing sidecar

  [[nodiscard]] bool multi_node() const { return vllm && nodes > 1; }
  [[nodiscard]] int server_port() const { return decode ? 5001 : 5000; }
};

/// The one string that `sh -c` gets. Source: 0.6, 2.2; 3.1.
[[nodiscard]] std::string vllm_command(const Inference& inference);
/// Errors: invalid, for a model without a transformers entry.
[[nodiscard]] Result<std::string> transformers_command(const Inference& inference);

/// Startup, liveness and readiness of the main container. Source: 1.4, 2.2.
void add_probes(const Inference& inference, Container& main);

/// The pod, labels and volumes in upstream's order. Source: 1.2.
[[nodiscard]] Result<Pod> inference_pod(const Inference& inference);
/// The StatefulSet around it.
void add_stateful_set(const Inference& inference, const Pod& pod);

}  // namespace kaito::render
