#include "render/nodes.hpp"

#include "render/members.hpp"
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

void add_requirement(json::Array& requirements, std::string_view key, std::string_view op,
                     std::string_view value) {
  json::Object& out = add_object(requirements);
  out.reserve(3);
  out.emplace("key", key);
  out.emplace("operator", op);
  add_list(out, "values").emplace_back(value);
}

void add_gpu_taints(json::Object& spec) {
  json::Object& taint = add_object(add_list(spec, "taints"));
  taint.reserve(3);
  taint.emplace("key", "sku");
  taint.emplace("value", "gpu");
  taint.emplace("effect", "NoSchedule");
}

void add_storage_request(json::Object& spec, std::string_view key, std::string_view amount) {
  add_object(add_object(spec, "resources"), "requests").emplace(key, amount);
}

}  // namespace kaito::render
