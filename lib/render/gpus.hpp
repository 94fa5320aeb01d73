#pragma once

#include "kaito/plan/estimate.hpp"
#include "kaito/plan/facts.hpp"
#include "render/pod.hpp"
#include "render/subject.hpp"

namespace kaito::render {

/// The GPUs of one pod, which takes all of its node. Source: 0.5.
struct PodGpus {
  plan::NodeGpus node;
  GpuRequest request;
  bool nvme = false;          ///< the instance type has local disks
  std::string mig_profile{};  ///< "2g.24gb" when the pod asks for a slice by name
};
/// Errors: invalid, for an SKU that the release does not have, for own nodes that were not given or
/// whose labels do not say what GPUs they have.
[[nodiscard]] Result<PodGpus> pod_gpus(const Subject& subject);

/// status.targetNodeCount and the parallelism that goes with it. Source: 0.7.
[[nodiscard]] Result<std::int64_t> node_count(const Subject& subject, const plan::ModelFacts& model,
                                              const PodGpus& gpus);

/// The instance type as written, "" for none.
[[nodiscard]] std::string_view instance_type(const Subject& subject);
/// resource.count, at least 1.
[[nodiscard]] std::int64_t requested_count(const Subject& subject);

}  // namespace kaito::render
