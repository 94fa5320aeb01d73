// The objects that a Workspace refers to: placeholders that nobody filled in.
#include "cases.hpp"

using namespace kaito;

TEST_CASE("placeholders in companions") {
  struct {
    std::string name;
    std::string text;
    std::string path;  ///< of the finding; "" = none
  } const cases[] = {
      {"a token in base64", "{kind: Secret, data: {HF_TOKEN: aGZfYWJj}}", ""},
      {"a token to be filled in", "{kind: Secret, data: {HF_TOKEN: <your-base64-token>}}",
       "data.HF_TOKEN"},
      {"a plain token to be filled in", "{kind: Secret, stringData: {HF_TOKEN: YOUR_TOKEN}}",
       "stringData.HF_TOKEN"},
      {"a password that only looks odd", "{kind: Secret, stringData: {password: 'a<b>c${d}'}}", ""},
      {"a config", "{kind: ConfigMap, data: {inference_config.yaml: 'chat: <think>${x}'}}", ""},
      {"a config to be filled in", "{kind: ConfigMap, data: {k: 'model: MODEL_NAME_HERE'}}",
       "data.k"},
      {"a storage class to be filled in",
       "{kind: PersistentVolumeClaim, spec: {storageClassName: <your-class>}}",
       "spec.storageClassName"},
      {"a name to be filled in", "{kind: ServiceAccount, metadata: {name: YOUR_ACCOUNT}}",
       "metadata.name"},
      {"what another program wrote",
       "{kind: ServiceAccount, status: {a: YOUR_A}, metadata: {managedFields: [YOUR_B], "
       "annotations: {kubectl.kubernetes.io/last-applied-configuration: YOUR_C}}}",
       ""},
      {"members of the wrong type", "{kind: Secret, metadata: [], data: 3}", ""},
      {"no object", "[YOUR_LIST]", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto findings = validate::check_companion(test::yaml_documents(c.text).at(0));
    std::string paths;
    for (const auto& finding : findings) {
      CHECK(finding.code == "K001");
      CHECK(finding.severity == validate::Severity::error);
      CHECK_FALSE(finding.fix.empty());
      paths += finding.path.text();
    }
    CHECK(paths == c.path);
  }
}
