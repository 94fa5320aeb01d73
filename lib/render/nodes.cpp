#include "render/nodes.hpp"

#include "render/sha256.hpp"

namespace kaito::render {

Result<void> add_nodes(const Subject& subject, std::int64_t target, std::string_view storage) {
  switch (subject.input.provisioner) {
    case Provisioner::gpu_provisioner:
      add_node_claims(subject, target, storage);
      return {};
    case Provisioner::karpenter:
      return add_node_pool(subject, target);
    case Provisioner::byo:
      break;
  }
  return {};
}

std::string claim_name(const Subject& subject, std::int64_t index) {
  constexpr std::size_t digits = 9;
  const std::string seed = subject.namespace_ + "/" + subject.name + "/" + std::to_string(index);
  return "ws" + sha256_hex(seed).substr(0, digits);
}

void add_requirement(json::Items requirements, json::Literal key, json::Literal op,
                     std::string_view value) {
  json::Members out = requirements.add_object();
  out.add("key", key);
  out.add("operator", op);
  out.add_list("values").add(value);
}

void add_gpu_taints(json::Members spec) {
  json::Members taint = spec.add_list("taints").add_object();
  taint.add("key", "sku");
  taint.add("value", "gpu");
  taint.add("effect", "NoSchedule");
}

void add_storage_request(json::Members spec, json::Literal key, std::string_view amount) {
  spec.add_object("resources").add_object("requests").add(key, amount);
}

}  // namespace kaito::render
