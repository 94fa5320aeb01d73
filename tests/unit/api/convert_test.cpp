#include <doctest/doctest.h>

#include "documents.hpp"
#include "kaito/api/inference_set.hpp"

using namespace kaito;
using namespace kaito::api;

namespace {

Workspace workspace(const std::string& text) {
  auto decoded = decode_workspace(test::yaml(text));
  return std::move(decoded.object);
}

std::vector<std::string> paths(const std::vector<ConversionNote>& notes) {
  std::vector<std::string> result;
  for (const auto& note : notes)
    result.push_back(note.path.text());
  return result;
}

}  // namespace

TEST_CASE("conversion says what changes") {
  struct Case {
    std::string what;
    ApiVersion to;
    std::string before;
    std::string after;
    std::vector<std::string> notes;
  };
  const Case cases[] = {
      {"nothing but the version",
       ApiVersion::v1beta1,
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, metadata: {name: x}, "
       "resource: {instanceType: t, labelSelector: {}}, inference: {preset: {name: phi-4}}}",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, metadata: {name: x}, "
       "resource: {instanceType: t, labelSelector: {}}, inference: {preset: {name: phi-4}}}",
       {}},
      {"v1alpha1's default instance type",
       ApiVersion::v1beta1,
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, resource: {labelSelector: {}}}",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, resource: "
       "{instanceType: Standard_NC24ads_A100_v4, labelSelector: {}}}",
       {"resource.instanceType"}},
      {"a private image",
       ApiVersion::v1beta1,
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, tuning: {preset: {name: p, "
       "accessMode: private, presetOptions: {image: i, imagePullSecrets: [s]}}}}",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, tuning: {preset: {name: p, "
       "accessMode: private, presetOptions: {image: i, imagePullSecrets: [s]}}}}",
       {"tuning.preset.accessMode", "tuning.preset.presetOptions.image",
        "tuning.preset.presetOptions.imagePullSecrets"}},
      {"what v1alpha1 does not have",
       ApiVersion::v1alpha1,
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, resource: {labelSelector: {}, "
       "partition: {mode: mig, profile: 1g.10gb}}, inference: {preset: {name: p, "
       "presetOptions: {modelAccessSecret: s}}}}",
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, resource: {labelSelector: {}}, "
       "inference: {preset: {name: p, presetOptions: {}}}}",
       {"resource.instanceType", "resource.partition",
        "inference.preset.presetOptions.modelAccessSecret"}},
      {"the same version",
       ApiVersion::v1alpha1,
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, resource: {labelSelector: {}}}",
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, resource: {labelSelector: {}}}",
       {}},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    Workspace ws = workspace(one.before);
    CHECK(test::lines(paths(convert(ws, one.to))) == test::lines(one.notes));
    const json::Value written = encode_workspace(ws);
    CHECK_MESSAGE(json::equivalent(written, test::yaml(one.after)), json::write(written));
  }
}

TEST_CASE("an InferenceSet loses only its partition in v1alpha1") {
  auto set = decode_inference_set(
                 test::yaml("{apiVersion: kaito.sh/v1beta1, kind: InferenceSet, spec: "
                            "{labelSelector: {}, template: {resource: {partition: {mode: mig}}, "
                            "inference: {preset: {name: p, presetOptions: "
                            "{modelAccessSecret: s}}}}}}"))
                 .object;
  CHECK(paths(convert(set, ApiVersion::v1alpha1)) ==
        std::vector<std::string>{"spec.template.resource.partition"});
  CHECK(set.version == ApiVersion::v1alpha1);
  CHECK_FALSE(set.partition.has_value());
  CHECK(set.inference->preset->options->model_access_secret == "s");
  CHECK(convert(set, ApiVersion::v1beta1).empty());
}

TEST_CASE("defaults are those of the schema and the controller") {
  struct Case {
    std::string what;
    std::string before;
    std::string after;
  };
  const Case cases[] = {
      {"v1beta1 preset",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, resource: {labelSelector: {}}, "
       "inference: {preset: {name: p}}}",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, resource: {count: 1, labelSelector: {}}, "
       "inference: {preset: {name: p, accessMode: public}, config: inference-params-template}}"},
      {"v1alpha1 has an instance type",
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, resource: {labelSelector: {}}, "
       "inference: {template: {}}}",
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, resource: {count: 1, instanceType: "
       "Standard_NC24ads_A100_v4, labelSelector: {}}, inference: {template: {}}}"},
      {"without resource there is nothing to default in it",
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, inference: {template: {}}}",
       "{apiVersion: kaito.sh/v1alpha1, kind: Workspace, inference: {template: {}}}"},
      {"tuning by its exact method",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, tuning: {preset: {name: p}, method: "
       "qlora}}",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, tuning: {preset: {name: p, accessMode: "
       "public}, method: qlora, config: qlora-params-template}}"},
      {"QLoRA has none", "{apiVersion: kaito.sh/v1beta1, kind: Workspace, tuning: {method: QLoRA}}",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, tuning: {method: QLoRA}}"},
      {"what is given stays",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, metadata: {annotations: "
       "{kaito.sh/runtime: transformers}}, resource: {count: 2, labelSelector: {}}, "
       "inference: {preset: {name: p, accessMode: private}}}",
       "{apiVersion: kaito.sh/v1beta1, kind: Workspace, metadata: {annotations: "
       "{kaito.sh/runtime: transformers}}, resource: {count: 2, labelSelector: {}}, "
       "inference: {preset: {name: p, accessMode: private}}}"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    Workspace ws = workspace(one.before);
    apply_defaults(ws);
    const json::Value written = encode_workspace(ws);
    CHECK_MESSAGE(json::equivalent(written, test::yaml(one.after)), json::write(written));
  }
}

TEST_CASE("the Workspace that an InferenceSet creates") {
  auto set = decode_inference_set(test::yaml(R"(
apiVersion: kaito.sh/v1alpha1
kind: InferenceSet
metadata: {name: chat, namespace: models, annotations: {kaito.sh/disable-benchmark: "true"}}
spec:
  replicas: 2
  labelSelector: {matchLabels: {apps: chat}}
  template:
    metadata: {labels: {team: search}, annotations: {kaito.sh/runtime: vllm}}
    resource: {instanceType: t}
    inference: {preset: {name: phi-4}}
)"))
                 .object;
  const json::Value child = encode_workspace(child_workspace(set));
  CHECK_MESSAGE(json::equivalent(child, test::yaml(R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata:
  generateName: chat-
  namespace: models
  labels: {team: search, inferenceset.kaito.sh/created-by: chat}
  annotations: {kaito.sh/runtime: vllm, kaito.sh/disable-benchmark: "true"}
resource: {instanceType: t, labelSelector: {matchLabels: {apps: chat}}}
inference: {preset: {name: phi-4}}
)")),
                json::write(child));
}
