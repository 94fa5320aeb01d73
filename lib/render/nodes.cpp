#include "render/nodes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

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

json::Value requirement(std::string_view key, std::string_view op, std::string_view value) {
  json::Array values;
  values.emplace_back(value);
  json::Object out;
  out.reserve(3);
  out.emplace("key", key);
  out.emplace("operator", op);
  out.emplace("values", std::move(values));
  return out;
}

json::Value gpu_taints() {
  json::Object taint;
  taint.emplace("key", "sku");
  taint.emplace("value", "gpu");
  taint.emplace("effect", "NoSchedule");
  json::Array taints;
  taints.emplace_back(std::move(taint));
  return taints;
}

json::Value storage_request(std::string_view key, std::string_view amount) {
  json::Object requests;
  requests.emplace(key, amount);
  json::Object out;
  out.emplace("requests", std::move(requests));
  return out;
}

}  // namespace kaito::render
