#include "api/encoder.hpp"
#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"
#include "kaito/k8s/object_meta.hpp"

namespace kaito::api {

void Encoder::header(const ApiVersion& version, std::string_view kind) {
  object_["apiVersion"] = "kaito.sh/" + std::string(to_string(version));
  object_["kind"] = kind;
}

void Encoder::meta(std::string_view key, const k8s::ObjectMeta& meta) {
  json::Value value = k8s::meta_json(meta);
  if (!value.get_object().empty()) object_[key] = std::move(value);
}

void Encoder::rest(const json::Document& kept) {
  if (!kept || !kept.value().is_object()) return;
  for (const auto& [name, value] : kept.value().get_object())
    if (!object_.contains(name)) object_[name] = value;
}

json::Value encode_workspace(const Workspace& workspace) {
  return Encoder::encode(workspace);
}

json::Value encode_inference_set(const InferenceSet& set) {
  return Encoder::encode(set);
}

}  // namespace kaito::api
