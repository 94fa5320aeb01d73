// Parts that a user wrote and that become parts of an object: nothing in them is lost, and no key
// is written twice.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cases.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::render::test {
namespace {

/// The object of that kind, as YAML.
std::string rendered(const std::string& workspace, std::string_view kind) {
  const auto result = render_documents(documents_of(workspace), input_of({}));
  REQUIRE_MESSAGE(result, result.error().describe());
  for (const auto& object : result->objects)
    if (object.string_at({"kind"}) == kind) return json::write_yaml(object);
  FAIL("no such object");
  return {};
}

void check_has(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CHECK(text.find(part) != std::string::npos);
}

TEST_CASE("a volume source that calls itself something keeps our name, once") {
  const std::string text = rendered(R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: w}
resource: {instanceType: Standard_NV36ads_A10_v5, labelSelector: {matchLabels: {a: b}}}
inference:
  preset: {name: phi-4-mini-instruct}
  adapters:
  - source: {name: fine, volumeSource: {name: mine, persistentVolumeClaim: {claimName: c, readOnly: true}}}
)",
                                    "StatefulSet");
  check_has(text, R"(      - name: adapter-volume-fine
        persistentVolumeClaim:
          claimName: c
          readOnly: true
)");
  CHECK(text.find("mine") == std::string::npos);
}

std::string with_template(const std::string& pod_template) {
  return R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: w}
resource: {instanceType: Standard_NV36ads_A10_v5, labelSelector: {matchLabels: {a: b}}}
inference:
  template: )" +
         pod_template + "\n";
}

TEST_CASE("a pod template's labels and affinity give way to ours in their place") {
  const std::string text = rendered(
      with_template("{metadata: {labels: {kaito.sh/workspace: other, mine: x}}, "
                    "spec: {affinity: {podAffinity: {}}, containers: [{name: c, image: i}], "
                    "tolerations: [{key: t}]}, more: 1}"),
      "StatefulSet");
  check_has(text, R"(  template:
    metadata:
      labels:
        kaito.sh/workspace: w
        mine: x
    spec:
      affinity:
        nodeAffinity:
)");
  check_has(text, R"(      containers:
      - name: c
        image: i
      tolerations:
      - key: t
      - key: nvidia.com/gpu
        operator: Exists
)");
  check_has(text, "    more: 1\n");
  CHECK(text.find("podAffinity") == std::string::npos);
}

TEST_CASE("parts of a pod template that are of the wrong kind give way to ours") {
  const std::string text = rendered(
      with_template("{metadata: 1, spec: {tolerations: none, containers: []}}"), "StatefulSet");
  check_has(text, R"(  template:
    metadata:
      labels:
        kaito.sh/workspace: w
    spec:
      tolerations:
      - key: nvidia.com/gpu
)");
  check_has(text, "      containers: []\n      affinity:\n");
}

}  // namespace
}  // namespace kaito::render::test
