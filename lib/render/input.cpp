#include "kaito/render/input.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/quantity.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::render {

namespace {

std::map<std::string, std::string> strings_at(const json::Value& value,
                                              std::initializer_list<std::string_view> keys) {
  std::map<std::string, std::string> out;
  const json::Value* found = json::find(value, keys);
  if (found == nullptr || !found->is_object()) return out;
  for (const auto& member : found->get_object()) {
    if (member.value().is_string())
      out.emplace(member.key(), std::string_view(member.value().get_string()));
  }
  return out;
}

bool is_ready(const json::Value& node) {
  if (json::find(node, {"metadata", "deletionTimestamp"}) != nullptr) return false;
  const json::Value* conditions = json::find(node, {"status", "conditions"});
  // A file that says nothing of a node's health is taken for a list of good ones.
  if (conditions == nullptr || !conditions->is_array()) return true;
  for (const json::Value& condition : conditions->get_array()) {
    if (json::string_at(condition, {"type"}) == "Ready")
      return json::string_at(condition, {"status"}) == "True";
  }
  return false;
}

std::optional<std::int64_t> gpu_capacity(const json::Value& node) {
  const std::string_view text = json::string_at(node, {"status", "capacity", "nvidia.com/gpu"});
  const auto quantity = Quantity::parse(text);
  if (!quantity) return std::nullopt;
  return quantity->value();
}

bool* gate_named(FeatureGates& gates, std::string_view name) {
  if (name == "vLLM") return &gates.vllm;
  if (name == "enableMIG") return &gates.mig;
  if (name == "enableAccelerator") return &gates.accelerator;
  if (name == "gatewayAPIInferenceExtension") return &gates.inference_gateway;
  if (name == "ModelMirror") return &gates.model_mirror;
  if (name == "ModelStreaming") return &gates.model_streaming;
  return nullptr;
}

/// Gates of the operator that change no manifest.
bool is_other_gate(std::string_view name) {
  return name == "disableNodeAutoProvisioning" || name == "enableInferenceSetController" ||
         name == "enableMultiRoleInferenceController" || name == "enableBaseImageAutoUpgrade";
}

}  // namespace

Result<Provisioner> parse_provisioner(std::string_view text) {
  if (text == "gpu-provisioner" || text == "azure-gpu-provisioner")
    return Provisioner::gpu_provisioner;
  if (text == "karpenter") return Provisioner::karpenter;
  if (text == "byo") return Provisioner::byo;
  return fail(ErrorCode::usage, "no provisioner is called \"" + escape_controls(text) + "\"",
              "gpu-provisioner, karpenter or byo");
}

NodeFacts node_facts(const json::Value& node) {
  NodeFacts facts;
  facts.name = json::string_at(node, {"metadata", "name"});
  facts.labels = strings_at(node, {"metadata", "labels"});
  facts.ready = is_ready(node);
  facts.gpus = gpu_capacity(node);
  return facts;
}

ConfigMapFacts config_map_facts(const json::Value& config_map) {
  ConfigMapFacts facts;
  facts.namespace_ = json::string_at(config_map, {"metadata", "namespace"});
  facts.name = json::string_at(config_map, {"metadata", "name"});
  facts.data = strings_at(config_map, {"data"});
  return facts;
}

Result<void> set_gates(FeatureGates& gates, std::string_view text) {
  for (const std::string_view part : split(text, ',')) {
    const std::string_view setting = trim(part);
    if (setting.empty()) continue;
    const std::size_t equals = setting.find('=');
    const std::string_view name = trim(setting.substr(0, equals));
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : trim(setting.substr(equals + 1));
    if (value != "true" && value != "false") {
      return fail(ErrorCode::usage, "feature gate \"" + escape_controls(setting) +
                                        "\" is not NAME=true or "
                                        "NAME=false");
    }
    if (bool* gate = gate_named(gates, name))
      *gate = value == "true";
    else if (!is_other_gate(name))
      return fail(ErrorCode::usage, "no feature gate is called \"" + escape_controls(name) + "\"",
                  "vLLM, enableMIG, enableAccelerator, gatewayAPIInferenceExtension, ModelMirror, "
                  "ModelStreaming");
  }
  return {};
}

}  // namespace kaito::render
