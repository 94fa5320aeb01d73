// What can be said about documents without a cluster.
#include "cluster.hpp"

namespace kaito::ops::test {
namespace {

const std::string good = R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata:
  name: good
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector:
    matchLabels:
      apps: good
inference:
  preset:
    name: phi-4
)";

std::vector<DeployDocument> documents(const std::string& text, const std::string& file = "a.yaml") {
  auto loaded = json::load_yaml(text, file);
  REQUIRE_MESSAGE(loaded, loaded.error().describe());
  std::vector<DeployDocument> result;
  for (auto& document : *loaded)
    result.push_back({std::move(document.value), std::move(document.places)});
  return result;
}

DeployOptions in(const std::string& namespace_, bool given = false) {
  DeployOptions options;
  options.namespace_ = namespace_;
  options.namespace_given = given;
  return options;
}

/// What a client dry run would send.
Result<std::vector<Deployed>> shown(const std::string& text,
                                    const DeployOptions& options = in("default"),
                                    const EventSink& events = {}) {
  return deploy(nullptr, documents(text), options, catalog(), events, soon());
}

/// All findings of a refusal, "CODE place path" each, sorted as given.
std::vector<std::string> refused(const std::string& text) {
  const auto checked = check_documents(documents(text), in("default"), catalog(), {});
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == ErrorCode::invalid);
  const auto* findings = dynamic_cast<const Findings*>(checked.error().payload.get());
  REQUIRE(findings != nullptr);
  std::vector<std::string> lines;
  for (const auto& finding : findings->findings) {
    if (finding.severity != validate::Severity::error) continue;
    REQUIRE(finding.place);
    lines.push_back(finding.code + " " + finding.place->text() + " " + finding.path.text());
  }
  return lines;
}

TEST_CASE("documents that deploy does not take: place, reason, what to do") {
  struct {
    std::string name;
    std::string text;
    std::string message;
    const char* hint;
  } const cases[] = {
      {"another kind", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n",
       "a.yaml:2:1: deploy does not take the kind Deployment (apps/v1)", "kubectl apply"},
      {"a companion of another group", "apiVersion: v2\nkind: ConfigMap\nmetadata: {name: x}\n",
       "a.yaml:2:1: deploy does not take the kind ConfigMap (v2)", "kubectl apply"},
      {"a Workspace of another group", "apiVersion: example.com/v1\nkind: Workspace\n",
       "a.yaml:1:1: apiVersion \"example.com/v1\" is not one of the kind Workspace",
       "kaito.sh/v1beta1"},
      {"a version that there is not", "apiVersion: kaito.sh/v1\nkind: InferenceSet\n",
       "a.yaml:1:1: apiVersion \"kaito.sh/v1\" is not one of the kind InferenceSet",
       "kaito.sh/v1beta1"},
      {"the version alone", "apiVersion: v1beta1\nkind: Workspace\n",
       "apiVersion \"v1beta1\" is not one", "kaito.sh/v1beta1"},
      {"no kind", "apiVersion: v1\n", "not a Kubernetes object", ""},
      {"no object", "hello\n", "not a Kubernetes object", ""},
      {"a list", "[1, 2]\n", "not a Kubernetes object", ""},
      {"a companion without a name", "apiVersion: v1\nkind: Secret\nmetadata: {}\n",
       "a.yaml:3:1: Secret has no metadata.name", ""},
      {"a generated name",
       "apiVersion: kaito.sh/v1beta1\nkind: Workspace\nmetadata: {generateName: x-}\n",
       "a.yaml:3:1: Workspace has no metadata.name", "instead of generateName"},
      {"a List without items", "apiVersion: v1\nkind: List\n", "does not take the kind List", ""},
      {"a List of nothing", "apiVersion: v1\nkind: List\nitems: []\n", "no object to deploy", ""},
      {"a bad item of a List",
       "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: x}\n",
       "a.yaml:5:3: deploy does not take the kind Pod", "kubectl apply"},
      {"null in a List", "apiVersion: v1\nkind: List\nitems: [null]\n", "not a Kubernetes object",
       ""},
      {"the same object twice", good + "---\n" + good,
       "a.yaml:17:3: Workspace \"good\" stands here for a second time, first at a.yaml:4:3",
       "another name"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto checked = check_documents(documents(c.text), in("default"), catalog(), {});
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ErrorCode::invalid);
    CHECK_MESSAGE(has(checked.error().message, c.message), checked.error().message);
    CHECK_MESSAGE(has(checked.error().hint, c.hint), checked.error().hint);
  }
}

TEST_CASE("companions ride along, before the Workspaces and as they are") {
  const auto deployed = shown(good + R"(---
apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
data: {inference_config.yaml: "vllm: {}"}
---
apiVersion: kaito.sh/v1beta1
kind: InferenceSet
metadata: {name: set}
spec:
  replicas: 1
  labelSelector: {matchLabels: {apps: set}}
  template:
    resource: {instanceType: Standard_NC24ads_A100_v4}
    inference: {preset: {name: phi-4}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: pvc}}
- {apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}
- {apiVersion: v1, kind: Secret, metadata: {name: token}, stringData: {HF_TOKEN: hf_x}, data: {a: YQ==}}
)");
  REQUIRE_MESSAGE(deployed, deployed.error().describe());
  std::string order;
  for (const auto& one : *deployed) {
    order += one.kind + "/" + one.name + " ";
    CHECK(one.outcome == Deployed::Outcome::dry_run);
    CHECK(one.namespace_ == "default");
  }
  CHECK(order ==
        "ConfigMap/cm PersistentVolumeClaim/pvc ServiceAccount/sa Secret/token Workspace/good "
        "InferenceSet/set ");
  const auto text = json::write((*deployed)[3].object.value());
  CHECK_FALSE(has(text, "hf_x"));  // never shown
  CHECK_FALSE(has(text, "YQ=="));
  CHECK(has(text, "HF_TOKEN"));
}

TEST_CASE("namespaces: the file's own, the command line's, and both") {
  const std::string own =
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  namespace: own\n";
  const std::string none = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
  struct {
    std::string name;
    std::string text;
    DeployOptions options;
    const char* ends_up;  ///< "" = refused
  } const cases[] = {
      {"the file says none", none, in("default"), "default"},
      {"the file says none, -n", none, in("given", true), "given"},
      {"the file's own over the context's", own, in("default"), "own"},
      {"both say the same", own, in("own", true), "own"},
      {"they differ", own, in("given", true), ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto deployed = shown(c.text, c.options);
    if (*c.ends_up == '\0') {
      REQUIRE_FALSE(deployed);
      CHECK(deployed.error().code == ErrorCode::invalid);
      CHECK(deployed.error().message ==
            "a.yaml:5:3: ConfigMap \"x\" says namespace \"own\", the command line says \"given\"");
      CHECK(has(deployed.error().hint, "-n"));
      continue;
    }
    REQUIRE(deployed);
    CHECK((*deployed)[0].namespace_ == c.ends_up);
    CHECK(json::string_at((*deployed)[0].object.value(), {"metadata", "namespace"}) == c.ends_up);
  }
}

TEST_CASE("the same name in another namespace, or of another kind, is another object") {
  const std::string elsewhere =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\n"
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: good, namespace: other}\n";
  const auto deployed = shown(good + elsewhere);
  REQUIRE_MESSAGE(deployed, deployed.error().describe());
  CHECK(deployed->size() == 3);
}

TEST_CASE("a dry run shows what would be sent: what the file says, and the namespace") {
  const auto deployed = shown(good);
  REQUIRE(deployed);
  auto wanted = yaml(good);
  wanted.as_object()["metadata"].as_object()["namespace"] = "default";
  CHECK(json::equivalent((*deployed)[0].object.value(), wanted));
}

TEST_CASE("a dry run in a version that is asked for") {
  std::vector<std::string> told;
  auto options = in("default");
  for (const char* version : {"v1alpha1", "kaito.sh/v1alpha1"}) {
    CAPTURE(version);
    told.clear();
    options.api_version = version;
    const auto deployed =
        shown(good, options, [&](const Event& event) { told.push_back(event.text); });
    REQUIRE(deployed);
    CHECK(json::string_at((*deployed)[0].object.value(), {"apiVersion"}) == "kaito.sh/v1alpha1");
    REQUIRE_FALSE(told.empty());
    CHECK(told.back() ==
          "a.yaml: Workspace \"good\" is written in v1beta1; sent as v1alpha1, as asked");
  }
  options.api_version = "v2";
  const auto deployed = shown(good, options);
  REQUIRE_FALSE(deployed);
  CHECK(deployed.error().code == ErrorCode::usage);
  CHECK_FALSE(check_documents(documents(good), options, catalog(), {}));
}

TEST_CASE("placeholders are refused where they stand") {
  CHECK(refused(R"(apiVersion: kaito.sh/v1alpha1
kind: Workspace
metadata:
  name: tuned
resource:
  instanceType: "Standard_NC24ads_A100_v4"
  labelSelector:
    matchLabels:
      app: phi-3-adapter
tuning:
  preset:
    name: phi-3-mini-4k-instruct
  method: qlora
  input:
    urls:
      - "https://example.com/data.parquet"
  output:
    image: "ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1"
    imagePushSecret: ACR_REGISTRY_SECRET_HERE
)") == std::vector<std::string>{"K001 a.yaml:18:5 tuning.output.image",
                                "K001 a.yaml:19:5 tuning.output.imagePushSecret"});
}

TEST_CASE("a placeholder in a companion is refused, too") {
  CHECK(refused(R"(apiVersion: v1
kind: Secret
metadata:
  name: hf-token
data:
  HF_TOKEN: <base64-encoded-huggingface-token>
---
)" + good) == std::vector<std::string>{"K001 a.yaml:6:3 data.HF_TOKEN"});
}

TEST_CASE("findings of all documents at once, each in its own place") {
  const auto lines = refused(R"(apiVersion: v1
kind: List
items:
- apiVersion: kaito.sh/v1beta1
  kind: Workspace
  metadata: {name: one}
  resource:
    instanceType: Standard_NC24ads_A100_v4
    labelSelector: {matchLabels: {apps: one}}
  inference:
    preset:
      name: phi-4-nope
---
)" + good + "infrence: {}\n");
  REQUIRE(lines.size() == 2);
  CHECK(has(lines[0], " a.yaml:12:7 inference.preset.name"));
  CHECK(lines[1] == "V010 a.yaml:26:1 infrence");
}

TEST_CASE("the message counts errors and says that nothing was sent; warnings come with them") {
  std::string text = good;
  text.replace(text.find("Standard_NC24ads_A100_v4"), 24, "Standard_NC6s_v3");
  const auto once = check_documents(documents(text + "extra: 1\n"), in("default"), catalog(), {});
  REQUIRE_FALSE(once);
  CHECK(once.error().message == "1 error; nothing was sent");
  const auto* findings = dynamic_cast<const Findings*>(once.error().payload.get());
  REQUIRE(findings != nullptr);
  REQUIRE(findings->findings.size() == 3);
  CHECK(findings->findings[0].severity == validate::Severity::error);  // errors first
  CHECK(findings->findings[1].severity == validate::Severity::warning);
  CHECK(findings->findings[2].severity == validate::Severity::warning);
  const auto twice =
      check_documents(documents(text + "extra: 1\nother: 2\n"), in("default"), catalog(), {});
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message == "2 errors; nothing was sent");
}

TEST_CASE("warnings are told with their place and do not stop anything") {
  std::string text = good;
  text.replace(text.find("Standard_NC24ads_A100_v4"), 24, "Standard_NC6s_v3");
  std::vector<Event> told;
  REQUIRE(check_documents(documents(text), in("default"), catalog(),
                          [&](const Event& event) { told.push_back(event); }));
  REQUIRE(told.size() == 2);
  CHECK(told[0].kind == Event::Kind::warning);
  CHECK(has(told[0].text, "a.yaml:6:3: resource.instanceType: Standard_NC6s_v3 was dropped in"));
  CHECK(has(told[0].text, "[K022]; use Standard_"));
  CHECK(has(told[1].text, "compute capability 7.0"));
  CHECK(check_documents(documents(text), in("default"), catalog(), {}));  // nobody listens
}

TEST_CASE("an object made from flags has no place") {
  std::vector<DeployDocument> made{{json::Document(yaml(good + "extra: 1\n")), {}}};
  const auto checked = check_documents(made, in("default"), catalog(), {});
  REQUIRE_FALSE(checked);
  const auto* findings = dynamic_cast<const Findings*>(checked.error().payload.get());
  REQUIRE(findings != nullptr);
  CHECK((!findings->findings[0].place || findings->findings[0].place->file.empty()));
}

}  // namespace
}  // namespace kaito::ops::test
