#include <doctest/doctest.h>

#include "documents.hpp"
#include "kaito/api/inference_set.hpp"

using namespace kaito;
using namespace kaito::api;

namespace {

using Kind = json::ReadProblem::Kind;

struct Expected {
  Kind kind;
  std::string path;
};

std::string line(Kind kind, const std::string& path) {
  const std::string name = kind == Kind::missing      ? "missing"
                           : kind == Kind::wrong_type ? "wrong type"
                                                      : "unknown";
  return name + " " + path;
}

std::string found(const std::vector<json::ReadProblem>& problems) {
  std::vector<std::string> all;
  for (const auto& problem : problems)
    all.push_back(line(problem.kind, problem.path.text()));
  return test::lines(all);
}

std::string listed(const std::vector<Expected>& problems) {
  std::vector<std::string> all;
  for (const auto& problem : problems)
    all.push_back(line(problem.kind, problem.path));
  return test::lines(all);
}

}  // namespace

TEST_CASE("decoding reports every problem with its path") {
  struct Case {
    std::string what;
    std::string yaml;
    std::vector<Expected> problems;
  };
  const Case cases[] = {
      {"nothing wrong",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, metadata: {name: x}, "
       "resource: {labelSelector: {}}, inference: {preset: {name: phi-4}}}",
       {}},
      {"not an object", "[]", {{Kind::wrong_type, ""}}},
      {"apiVersion and kind",
       "{metadata: {name: x}}",
       {{Kind::missing, "apiVersion"}, {Kind::missing, "kind"}}},
      {"another group",
       "{apiVersion: v1beta1, kind: Pod}",
       {{Kind::wrong_type, "apiVersion"}, {Kind::wrong_type, "kind"}}},
      {"unknown members on several levels",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, infrence: {}, "
       "resource: {labelSelector: {}, instancetype: x}, "
       "inference: {preset: {name: p}, adapters: [{source: {name: a, img: b}}]}}",
       {{Kind::unknown_field, "resource.instancetype"},
        {Kind::unknown_field, "inference.adapters[0].source.img"},
        {Kind::unknown_field, "infrence"}}},
      {"wrong types",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, "
       "resource: {count: two, labelSelector: {matchLabels: {a: 1}}, preferredNodes: n}, "
       "inference: {preset: {name: 4}, adapters: {}}}",
       {{Kind::wrong_type, "resource.count"},
        {Kind::wrong_type, "resource.labelSelector.matchLabels.a"},
        {Kind::wrong_type, "resource.preferredNodes"},
        {Kind::wrong_type, "inference.preset.name"},
        {Kind::wrong_type, "inference.adapters"}}},
      {"what the schema requires",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, "
       "resource: {partition: {}, labelSelector: null}, inference: {preset: {}}, tuning: {}}",
       {{Kind::missing, "resource.labelSelector"},
        {Kind::missing, "resource.partition.mode"},
        {Kind::missing, "inference.preset.name"},
        {Kind::missing, "tuning.input"},
        {Kind::missing, "tuning.output"}}},
      {"the shape of matchExpressions",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, resource: {labelSelector: "
       "{matchExpressions: [{key: a, operator: In, values: [b]}, {values: c, extra: 1}]}}}",
       {{Kind::missing, "resource.labelSelector.matchExpressions[1].key"},
        {Kind::missing, "resource.labelSelector.matchExpressions[1].operator"},
        {Kind::wrong_type, "resource.labelSelector.matchExpressions[1].values"},
        {Kind::unknown_field, "resource.labelSelector.matchExpressions[1].extra"}}},
      {"free-form members have to be objects",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, inference: {template: text}}",
       {{Kind::wrong_type, "inference.template"}}},
      {"members that came with v1beta1",
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, "
       "resource: {labelSelector: {}, partition: {mode: mig}}, "
       "inference: {preset: {name: p, presetOptions: {modelAccessSecret: s}}}}",
       {{Kind::unknown_field, "resource.partition"},
        {Kind::unknown_field, "inference.preset.presetOptions.modelAccessSecret"}}},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    CHECK(found(decode_workspace(test::yaml(one.yaml)).problems) == listed(one.problems));
  }
}

TEST_CASE("decoding an InferenceSet reports every problem with its path") {
  struct Case {
    std::string what;
    std::string yaml;
    std::vector<Expected> problems;
  };
  const Case cases[] = {
      {"no spec", "{apiVersion: kaito.sh/v1beta1, kind: InferenceSet}", {{Kind::missing, "spec"}}},
      {"an empty spec",
       "{apiVersion: kaito.sh/v1beta1, kind: InferenceSet, spec: {}}",
       {{Kind::missing, "spec.labelSelector"}, {Kind::missing, "spec.template"}}},
      {"members of a Workspace",
       "{apiVersion: kaito.sh/v1beta1, kind: InferenceSet, resource: {}, spec: {labelSelector: {}, "
       "template: {resource: {count: 1}, inference: {preset: {name: p}}}, "
       "autoUpgrade: {maintenanceWindow: {}, when: 1}}}",
       {{Kind::unknown_field, "spec.template.resource.count"},
        {Kind::missing, "spec.autoUpgrade.maintenanceWindow.schedule"},
        {Kind::unknown_field, "spec.autoUpgrade.when"},
        {Kind::unknown_field, "resource"}}},
      {"v1alpha1 has v1beta1's inference, and no partition",
       "{apiVersion: kaito.sh/v1alpha1, kind: InferenceSet, spec: {labelSelector: {}, template: "
       "{resource: {partition: {mode: mig}}, inference: "
       "{preset: {name: p, presetOptions: {modelAccessSecret: s}}}}}}",
       {{Kind::unknown_field, "spec.template.resource.partition"}}},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    CHECK(found(decode_inference_set(test::yaml(one.yaml)).problems) == listed(one.problems));
  }
}

TEST_CASE("decoding reads the members into their places") {
  const auto decoded =
      decode_workspace(test::yaml_file(test::examples_folder() / "kitchen-sink.yaml").front());
  REQUIRE(decoded.problems.empty());
  const Workspace& ws = decoded.object;
  CHECK(ws.version == ApiVersion::v1beta1);
  CHECK(ws.meta.name == "workspace-kitchen-sink");
  CHECK(ws.meta.namespace_ == "models");
  REQUIRE(ws.resource);
  CHECK(ws.resource->count == 1);
  CHECK(ws.resource->instance_type == "Standard_NC24ads_A100_v4");
  REQUIRE(ws.resource->label_selector);
  CHECK(ws.resource->label_selector->match_labels.at("apps") == "kitchen-sink");
  CHECK(ws.resource->preferred_nodes == std::vector<std::string>{"gpu-0", "gpu-1"});
  REQUIRE(ws.resource->partition);
  CHECK(ws.resource->partition->profile == "3g.40gb");
  REQUIRE(ws.inference);
  REQUIRE(ws.inference->preset);
  REQUIRE(ws.inference->preset->options);
  CHECK(ws.inference->preset->options->model_access_secret == "hf-token");
  REQUIRE(ws.inference->adapters);
  CHECK(ws.inference->adapters->at(0).strength == "0.5");
  REQUIRE(ws.tuning);
  REQUIRE(ws.tuning->output);
  CHECK(ws.tuning->output->image_push_secret == "registry-push");
}

TEST_CASE("status is read for use") {
  const auto documents = test::yaml_file(test::examples_folder() / "kitchen-sink.yaml");
  const auto status = read_status(decode_workspace(documents.front()).object);
  CHECK(status.worker_nodes == std::vector<std::string>{"gpu-0"});
  CHECK(status.state == "Ready");
  CHECK(status.target_node_count == 1);
  CHECK(status.peak_tokens_per_minute == "120000.00");
  REQUIRE(status.conditions.size() == 1);
  CHECK(status.conditions[0].type == "WorkspaceSucceeded");
  CHECK(status.conditions[0].status == "True");

  const auto none = read_status(Workspace{});
  CHECK(none.conditions.empty());
  CHECK_FALSE(none.target_node_count.has_value());
}

TEST_CASE("API versions are read with and without the group") {
  CHECK(parse_api_version("kaito.sh/v1alpha1") == ApiVersion::v1alpha1);
  CHECK(parse_api_version("v1beta1") == ApiVersion::v1beta1);
  CHECK_FALSE(parse_api_version("kaito.sh/v1").has_value());
  CHECK_FALSE(parse_api_version("apps/v1beta1").has_value());
}
