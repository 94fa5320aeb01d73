#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/render/render.hpp"
#include "render/inference_pool.hpp"
#include "render/sha256.hpp"

namespace kaito::render {

namespace {

/// What the API server makes random names of.
constexpr std::string_view name_alphabet = "bcdfghjklmnpqrstvwxz2456789";

/// The name of a child: the API server would cut the set's name at 58 characters and add five
/// random ones; here they follow from the set.
std::string child_name(const std::string& set, const std::string& namespace_, std::int64_t index) {
  constexpr std::size_t kept = 58;
  constexpr std::size_t letters = 5;
  const std::string hash = sha256_hex(namespace_ + "/" + set + "/" + std::to_string(index));
  std::string name = set + "-";
  if (name.size() > kept) name.resize(kept);
  for (std::size_t i = 0; i < letters; ++i) {
    const auto byte = static_cast<std::size_t>(std::stoi(hash.substr(i * 2, 2), nullptr, 16));
    name += name_alphabet[byte % name_alphabet.size()];
  }
  return name;
}

k8s::OwnerReference owner_of(const api::InferenceSet& set) {
  json::Object other;
  other.emplace("blockOwnerDeletion", true);
  return {"kaito.sh/v1beta1", "InferenceSet", set.meta.name,
          set.meta.uid,       true,           json::Document(json::Value(std::move(other)))};
}

bool benchmark_disabled(const api::InferenceSet& set) {
  const auto found = set.meta.annotations.find("kaito.sh/disable-benchmark");
  return found != set.meta.annotations.end() && found->second == "true";
}

/// Labels of the set itself that its children take over.
void copy_set_labels(const api::InferenceSet& set, k8s::ObjectMeta& meta) {
  for (const char* key : {"multiroleinference.kaito.sh/created-by", "kaito.sh/inference-role"}) {
    const auto found = set.meta.labels.find(key);
    if (found != set.meta.labels.end()) meta.labels[key] = found->second;
  }
  meta.labels["inferenceset.kaito.sh/created-by"] = set.meta.name;
}

api::Workspace child_of(const api::InferenceSet& set, const RenderInput& input,
                        const std::string& namespace_, std::int64_t index) {
  api::Workspace child = api::child_workspace(set);
  child.version = api::ApiVersion::v1beta1;
  child.meta.name = child_name(set.meta.name, namespace_, index);
  child.meta.generate_name.clear();
  child.meta.namespace_ = namespace_;
  copy_set_labels(set, child.meta);
  if (benchmark_disabled(set)) child.meta.annotations["kaito.sh/disable-benchmark"] = "true";
  child.meta.owners.clear();
  if (!set.meta.uid.empty()) child.meta.owners.push_back(owner_of(set));
  if (child.resource && input.provisioner == Provisioner::byo)
    child.resource->instance_type.reset();
  return child;
}

}  // namespace

Result<Rendered> render(const api::InferenceSet& set, const RenderInput& input) {
  const std::string namespace_ =
      set.meta.namespace_.empty() ? input.namespace_ : set.meta.namespace_;
  if (input.profile->generation != Generation::base_image) {
    return fail(ErrorCode::invalid,
                "release " + std::string(input.profile->release) + " has no InferenceSet");
  }
  Rendered out;
  std::vector<json::Tree> parts;
  for (std::int64_t index = 0; index < set.replicas.value_or(1); ++index) {
    const api::Workspace child = child_of(set, input, namespace_, index);
    out.objects.emplace_back(api::encode_workspace(child));
    auto rendered = render(child, input);
    if (!rendered) return fail(std::move(rendered.error()).in("Workspace " + child.meta.name));
    for (auto& object : rendered->objects) {
      // All stream from one mirror.
      if (std::find(parts.begin(), parts.end(), object) == parts.end())
        parts.push_back(std::move(object));
    }
    if (index == 0) out.notes = std::move(rendered->notes);
    out.nodes += rendered->nodes;
  }
  for (auto& part : parts)
    out.objects.push_back(std::move(part));
  add_inference_pool(set, input, namespace_, out.objects);
  return out;
}

}  // namespace kaito::render
