// Flags become a Workspace or an InferenceSet.
#include "cluster.hpp"
#include "kaito/base/text.hpp"

namespace kaito::ops::test {
namespace {

ModelRequest model(const std::string& name) {
  ModelRequest request;
  request.model = name;
  return request;
}

Result<Built> build(const ModelRequest& request) {
  return build_from_model(request, catalog());
}

/// The last object, which the others are for.
json::Value main_object(const Result<Built>& built) {
  REQUIRE_MESSAGE(built, built.error().describe());
  REQUIRE_FALSE(built->objects.empty());
  return built->objects.back().value();
}

void check_same(const json::Value& value, const std::string& wanted) {
  CHECK_MESSAGE(json::equivalent(value, yaml(wanted)), json::write_yaml(value));
}

TEST_CASE("a model and nothing else") {
  const auto built = build(model("phi-3-mini"));
  check_same(main_object(built), R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: workspace-phi-3-mini}
resource:
  instanceType: Standard_NV36ads_A10_v5
  labelSelector: {matchLabels: {apps: phi-3-mini}}
inference: {preset: {name: phi-3-mini-4k-instruct}}
)");
  CHECK(built->objects.size() == 1);
  CHECK(built->name == "workspace-phi-3-mini");
  REQUIRE(built->notes.size() == 2);
  CHECK(built->notes[0] == "phi-3-mini is phi-3-mini-4k-instruct");
  CHECK(has(built->notes[1], "instance type Standard_NV36ads_A10_v5 (1 x "));
  CHECK(has(built->notes[1],
            "24Gi), 1 node: the least GPU memory of azure that phi-3-mini-4k-instruct"));
}

TEST_CASE("names and selectors of models, as they are typed") {
  struct {
    std::string typed;
    std::string name;
    const char* app;
    const char* preset;
    bool resolved;  ///< a note says what it is
  } const cases[] = {
      {"phi-4", "workspace-phi-4", "phi-4", "phi-4", false},
      {"PHI-4", "workspace-phi-4", "phi-4", "phi-4", true},
      {"phi-3.5-mini-instruct", "workspace-phi-3-5-mini-instruct", "phi-3-5-mini-instruct",
       "phi-3.5-mini-instruct", false},
      {"microsoft/Phi-4", "workspace-phi-4", "phi-4", "microsoft/phi-4", true},
      {"Some.Org/My_Model-7B", "workspace-my-model-7b", "my-model-7b", "Some.Org/My_Model-7B",
       false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.typed);
    auto request = model(c.typed);
    request.instance_type = "Standard_NC24ads_A100_v4";
    const auto built = build(request);
    const auto object = main_object(built);
    CHECK(built->name == c.name);
    CHECK(json::string_at(object, {"metadata", "name"}) == c.name);
    CHECK(json::string_at(object, {"resource", "labelSelector", "matchLabels", "apps"}) == c.app);
    CHECK(json::string_at(object, {"inference", "preset", "name"}) == c.preset);
    CHECK(built->notes.size() == (c.resolved ? 1U : 0U));
  }
}

TEST_CASE("a long name leaves room for what the operator adds") {
  auto request = model("org/" + std::string(43, 'a') + "-" + std::string(40, 'b'));
  request.instance_type = "Standard_NC24ads_A100_v4";
  const auto built = build(request);
  const auto object = main_object(built);
  CHECK(built->name == "workspace-" + std::string(43, 'a'));  // 54, without a dash at the end
  const auto app = json::string_at(object, {"resource", "labelSelector", "matchLabels", "apps"});
  CHECK(app.size() == 63);
  CHECK(label_value_problem(app) == "");

  request.replicas = 2;
  CHECK(build(request)->name.size() == 48);
}

TEST_CASE("--name") {
  struct {
    std::string name;
    bool set;
    const char* problem;  ///< "" = taken
  } const cases[] = {
      {"mine", false, ""},
      {std::string(54, 'a'), false, ""},
      {std::string(55, 'a'), false, "more than 54 characters"},
      {std::string(48, 'a'), true, ""},
      {std::string(49, 'a'), true, "more than 48 characters"},
      {"Mine", false, "--name \"Mine\""},
      {"a.b", false, "--name \"a.b\""},
      {"-a", false, "--name \"-a\""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    auto request = model("phi-4");
    request.name = c.name;
    if (c.set) request.replicas = 1;
    const auto built = build(request);
    if (*c.problem == '\0') {
      REQUIRE_MESSAGE(built, built.error().describe());
      CHECK(built->name == c.name);
      continue;
    }
    REQUIRE_FALSE(built);
    CHECK(built.error().code == ErrorCode::usage);
    CHECK_MESSAGE(has(built.error().message, c.problem), built.error().message);
  }
}

TEST_CASE("instance types: given, chosen, or none on own nodes") {
  struct {
    std::string what;
    const char* model;
    const char* given;
    const char* cloud;
    const char* type;  ///< "" = none
    const char* note;  ///< of the instance type; "" = none
  } const cases[] = {
      {"given", "phi-4", "Standard_NC24ads_A100_v4", "azure", "Standard_NC24ads_A100_v4", ""},
      {"in another letter case", "phi-4", "standard_nc24ADS_a100_v4", "azure",
       "Standard_NC24ads_A100_v4",
       "instance type standard_nc24ADS_a100_v4 is written Standard_NC24ads_A100_v4"},
      {"of another cloud than the default", "phi-4", "G5.XLARGE", "azure", "g5.xlarge",
       "is written g5.xlarge"},
      {"in no table", "phi-4", "Standard_NC1_Z100", "azure", "Standard_NC1_Z100", ""},
      {"retired, but what was asked for", "phi-4", "Standard_NC6s_v3", "azure", "Standard_NC6s_v3",
       ""},
      {"small model", "phi-3-mini", "", "azure", "Standard_NV36ads_A10_v5",
       "1 node: the least GPU memory of azure"},
      {"larger model", "phi-4", "", "azure", "Standard_NV72ads_A10_v5",
       "1 node: the least GPU memory of azure"},
      {"several nodes", "phi-4", "", "arc", "Standard_NC4_A2",
       "3 nodes: the least GPU memory of arc"},
      {"aws", "phi-3-mini", "", "aws", "g5.xlarge", "the least GPU memory of aws"},
      {"arc", "phi-3-mini", "", "arc", "Standard_NC4_A2", "the least GPU memory of arc"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    auto request = model(c.model);
    request.instance_type = c.given;
    request.cloud = c.cloud;
    const auto built = build(request);
    const auto object = main_object(built);
    CHECK(json::string_at(object, {"resource", "instanceType"}) == c.type);
    std::string notes;
    for (const auto& note : built->notes)
      if (has(note, "instance type")) notes += note;
    if (*c.note == '\0')
      CHECK(notes == "");
    else
      CHECK_MESSAGE(has(notes, c.note), notes);
  }
}

/// The Workspace's instance type as chosen for that cluster.
std::string chosen_for(const ModelRequest& request, const validate::Context& cluster) {
  const auto built = build_from_model(request, catalog(), [&] { return cluster; });
  return std::string(json::string_at(main_object(built), {"resource", "instanceType"}));
}

TEST_CASE("the instance type is one that the cluster's operator has") {
  validate::Context cluster;
  CHECK(chosen_for(model("phi-3-mini"), cluster) == "Standard_NV36ads_A10_v5");
  cluster.operator_release = "v0.8.1";
  CHECK(chosen_for(model("phi-3-mini"), cluster) == "Standard_NC6s_v3");
  cluster.operator_release = "nightly";
  CHECK(chosen_for(model("phi-3-mini"), cluster) == "Standard_NV36ads_A10_v5");
  cluster.cloud = "aws";
  CHECK(chosen_for(model("phi-3-mini"), cluster) == "g5.xlarge");
  auto request = model("phi-3-mini");
  request.cloud = "arc";
  CHECK(chosen_for(request, cluster) == "Standard_NC4_A2");
}

TEST_CASE("an operator for which no instance type can be chosen") {
  struct {
    std::string what;
    const char* release;
    bool own_nodes;
    const char* message;
    const char* hint;
  } const cases[] = {
      {"it does not know the model", "v0.4.0", false, "KAITO v0.4.0 does not know the model phi-4",
       ""},
      {"it makes no nodes", "v0.12.0", true, "this cluster's operator makes no nodes",
       "--node-selector KEY=VALUE"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    validate::Context cluster;
    cluster.operator_release = c.release;
    cluster.own_nodes = c.own_nodes;
    const auto built = build_from_model(model("phi-4"), catalog(), [&] { return cluster; });
    REQUIRE_FALSE(built);
    CHECK_MESSAGE(has(built.error().message, c.message), built.error().message);
    CHECK_MESSAGE(has(built.error().hint, c.hint), built.error().hint);
  }
}

TEST_CASE(
    "the cluster is asked when an instance type is to be chosen, and when all else is right") {
  struct {
    std::string what;
    ModelRequest request;
    int asked;
  } cases[] = {
      {"to be chosen", model("phi-4"), 1}, {"given", model("phi-4"), 0},
      {"own nodes", model("phi-4"), 0},    {"no such model", model("phi-44"), 0},
      {"no name", model("phi-4"), 0},      {"no adapter", model("phi-4"), 0},
  };
  cases[1].request.instance_type = "Standard_NC24ads_A100_v4";
  cases[2].request.node_selector = {{"pool", "gpu"}};
  cases[4].request.name = "No Name";
  cases[5].request.adapters = {"french"};
  for (const auto& c : cases) {
    CAPTURE(c.what);
    int asked = 0;
    const auto built = build_from_model(c.request, catalog(), [&]() -> Result<validate::Context> {
      ++asked;
      return fail(ErrorCode::unreachable, "nobody answers");
    });
    CHECK(asked == c.asked);
    if (c.asked > 0) {
      REQUIRE_FALSE(built);
      CHECK(built.error().code == ErrorCode::unreachable);
    }
  }
}

TEST_CASE("no instance type can be chosen") {
  struct {
    std::string what;
    const char* model;
    const char* cloud;
    std::string message;
  } const cases[] = {
      {"of a model whose size is not known", "some-org/some-model", "azure", "size of"},
      {"none has room for the context", "phi-3-mini-128k-instruct", "arc",
       "no instance type of arc holds phi-3-mini-128k-instruct"},
      {"of a cloud that there is not", "phi-4", "moon", "no instance type of moon"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    auto request = model(c.model);
    request.cloud = c.cloud;
    request.config_text = "vllm:\n  max-model-len: 131072\n";
    const auto built = build(request);
    REQUIRE_FALSE(built);
    CHECK(built.error().code == ErrorCode::usage);
    CHECK_MESSAGE(has(built.error().message, c.message), built.error().message);
    CHECK(has(built.error().hint, "--instance-type"));
  }
}

TEST_CASE("an unknown or ambiguous model") {
  for (const char* name : {"phi-3-mimi", "phi"}) {
    CAPTURE(name);
    const auto built = build(model(name));
    REQUIRE_FALSE(built);
    CHECK(built.error().code == ErrorCode::not_found);
    CHECK(has(built.error().hint, "phi-3"));
  }
}

TEST_CASE("--node-selector") {
  auto request = model("phi-4");
  request.node_selector = {{"pool", "gpu"}, {"zone", "1"}};
  SUBCASE("alone: own nodes, found by their own labels") {
    const auto built = build(request);
    check_same(main_object(built), R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: workspace-phi-4}
resource: {labelSelector: {matchLabels: {pool: gpu, zone: "1"}}}
inference: {preset: {name: phi-4}}
)");
    REQUIRE(built->notes.size() == 1);
    CHECK(has(built->notes[0], "your own nodes"));
  }
  SUBCASE("with an instance type: new nodes get the labels") {
    request.instance_type = "Standard_NC24ads_A100_v4";
    const auto built = build(request);
    CHECK(json::equivalent(
        *json::find(main_object(built), {"resource", "labelSelector", "matchLabels"}),
        yaml("{apps: phi-4, pool: gpu, zone: '1'}")));
  }
  SUBCASE("a label that cannot be one") {
    for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
             {"a b", "c"}, {"a", "b c"}, {"-a", "b"}, {"a", std::string(64, 'b')}}) {
      request.node_selector = {{key, value}};
      const auto built = build(request);
      REQUIRE_FALSE(built);
      CHECK(built.error().code == ErrorCode::usage);
      CHECK(has(built.error().message, "--node-selector"));
    }
  }
}

TEST_CASE("everything else that a flag can say") {
  auto request = model("phi-4");
  request.name = "mine";
  request.instance_type = "Standard_NC24ads_A100_v4";
  request.runtime = "transformers";
  request.expose = true;
  request.adapters = {"french=myregistry.io:5000/phi-french:1@0.5"};
  request.config_map = "my-config";
  request.model_access_secret = "my-token";
  const auto built = build(request);
  check_same(main_object(built), R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata:
  name: mine
  annotations: {kaito.sh/runtime: transformers, kaito.sh/enablelb: "True"}
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector: {matchLabels: {apps: phi-4}}
inference:
  preset: {name: phi-4, presetOptions: {modelAccessSecret: my-token}}
  config: my-config
  adapters: [{source: {name: french, image: "myregistry.io:5000/phi-french:1"}, strength: "0.5"}]
)");
  REQUIRE(built->notes.size() == 1);
  CHECK(has(built->notes[0], "no authentication"));
}

TEST_CASE("--adapter NAME=IMAGE[@STRENGTH]") {
  const std::string digest = "@sha256:" + std::string(64, 'a');
  struct {
    std::string text;
    std::string name;
    std::string image;
    std::string strength;
  } const cases[] = {
      {"a=reg.io/b", "a", "reg.io/b", ""},
      {"a=reg.io/b:1", "a", "reg.io/b:1", ""},
      {"a=reg.io/b:1@0.5", "a", "reg.io/b:1", "0.5"},
      {"a=reg.io:5000/b@1", "a", "reg.io:5000/b", "1"},
      {"a=reg.io/b" + digest, "a", "reg.io/b" + digest, ""},
      {"a=reg.io/b" + digest + "@0.25", "a", "reg.io/b" + digest, "0.25"},
      {"a=reg.io/b=c", "a", "reg.io/b=c", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    auto request = model("phi-4");
    request.adapters = {c.text, "second=reg.io/second"};
    const auto object = main_object(build(request));
    const auto* adapters = json::find(object, {"inference", "adapters"});
    REQUIRE(adapters != nullptr);
    REQUIRE(adapters->as_array().size() == 2);
    const auto& first = adapters->as_array()[0];
    CHECK(json::string_at(first, {"source", "name"}) == c.name);
    CHECK(json::string_at(first, {"source", "image"}) == c.image);
    CHECK(json::string_at(first, {"strength"}) == c.strength);
    CHECK((json::find(first, {"strength"}) == nullptr) == c.strength.empty());
  }
  for (const char* bad : {"", "a", "=b", "a=", "a=@0.5", "a=b@"}) {
    CAPTURE(bad);
    auto request = model("phi-4");
    request.adapters = {bad};
    const auto built = build(request);
    REQUIRE_FALSE(built);
    CHECK(built.error().code == ErrorCode::usage);
    CHECK(has(built.error().message, "NAME=IMAGE[@STRENGTH]"));
  }
}

TEST_CASE("a config and a token get objects of their own, before the one that refers to them") {
  auto request = model("phi-4");
  request.config_text = "vllm:\n  max-model-len: 4096\n";
  request.hf_token = "hf_secret";
  const auto built = build(request);
  const auto object = main_object(built);
  REQUIRE(built->objects.size() == 3);
  check_same(built->objects[0].value(), R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: workspace-phi-4-config}
data: {inference_config.yaml: "vllm:\n  max-model-len: 4096\n"}
)");
  check_same(built->objects[1].value(), R"(
apiVersion: v1
kind: Secret
metadata: {name: workspace-phi-4-hf-token}
stringData: {HF_TOKEN: hf_secret}
)");
  CHECK(json::string_at(object, {"inference", "config"}) == "workspace-phi-4-config");
  CHECK(json::string_at(object, {"inference", "preset", "presetOptions", "modelAccessSecret"}) ==
        "workspace-phi-4-hf-token");
  for (const auto& note : built->notes)
    CHECK_FALSE(has(note, "hf_secret"));
}

TEST_CASE("--replicas: an InferenceSet") {
  auto request = model("phi-4");
  request.instance_type = "Standard_NC24ads_A100_v4";
  request.replicas = 3;
  request.runtime = "transformers";
  check_same(main_object(build(request)), R"(
apiVersion: kaito.sh/v1beta1
kind: InferenceSet
metadata: {name: workspace-phi-4, annotations: {kaito.sh/runtime: transformers}}
spec:
  replicas: 3
  labelSelector: {matchLabels: {apps: phi-4}}
  template:
    metadata: {annotations: {kaito.sh/runtime: transformers}}
    resource: {instanceType: Standard_NC24ads_A100_v4}
    inference: {preset: {name: phi-4}}
)");
  request.replicas = 0;
  request.instance_type.clear();
  request.runtime.clear();
  request.node_selector = {{"pool", "gpu"}};
  check_same(main_object(build(request)), R"(
apiVersion: kaito.sh/v1beta1
kind: InferenceSet
metadata: {name: workspace-phi-4}
spec:
  replicas: 0
  labelSelector: {matchLabels: {pool: gpu}}
  template: {inference: {preset: {name: phi-4}}}
)");
}

TEST_CASE("what is built passes its own checks") {
  std::vector<ModelRequest> requests{model("phi-3-mini"), model("phi-4"), model("phi-4")};
  requests[1].adapters = {"french=myregistry.io/phi-french:1"};
  requests[1].hf_token = "hf_secret";
  requests[1].config_text = "vllm: {}\n";
  requests[2].replicas = 2;
  for (const auto& request : requests) {
    CAPTURE(request.model);
    const auto built = build(request);
    REQUIRE(built);
    std::vector<DeployDocument> documents;
    for (const auto& object : built->objects)
      documents.push_back({object, {}});
    std::vector<std::string> told;
    DeployOptions options;
    options.namespace_ = "default";
    const auto checked = check_documents(documents, options, catalog(),
                                         [&](const Event& event) { told.push_back(event.text); });
    CHECK_MESSAGE(checked, (checked ? "" : checked.error().describe()));
    CHECK(told.empty());
  }
}

}  // namespace
}  // namespace kaito::ops::test
