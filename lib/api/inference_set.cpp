#include "kaito/api/inference_set.hpp"

#include <string_view>

#include "kaito/json/reader.hpp"

namespace kaito::api {

namespace {

constexpr std::string_view kCreatedBy = "inferenceset.kaito.sh/created-by";
constexpr std::string_view kDisableBenchmark = "kaito.sh/disable-benchmark";

}  // namespace

Workspace child_workspace(const InferenceSet& set) {
  Workspace child;
  // Problems with the template's metadata are those of the set: decoding keeps it as it is.
  std::vector<json::ReadProblem> ignored;
  if (set.template_meta) {
    k8s::ObjectMeta blueprint;
    k8s::read_meta(json::ObjectReader(set.template_meta.value(), FieldPath(), ignored), blueprint);
    child.meta.labels = std::move(blueprint.labels);
    child.meta.annotations = std::move(blueprint.annotations);
  }
  child.meta.generate_name = set.meta.name + "-";
  child.meta.namespace_ = set.meta.namespace_;
  child.meta.labels[std::string(kCreatedBy)] = set.meta.name;
  const auto benchmark = set.meta.annotations.find(std::string(kDisableBenchmark));
  if (benchmark != set.meta.annotations.end() && benchmark->second == "true")
    child.meta.annotations[std::string(kDisableBenchmark)] = "true";

  ResourceSpec& resource = child.resource.emplace();
  resource.instance_type = set.instance_type;
  resource.label_selector = set.label_selector;
  resource.partition = set.partition;
  child.inference = set.inference;
  return child;
}

}  // namespace kaito::api
