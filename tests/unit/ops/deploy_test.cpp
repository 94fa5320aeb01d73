// Applying documents: what is asked of the cluster, what is said, and that nothing is sent on
// errors.
#include "cluster.hpp"

namespace kaito::ops::test {
namespace {

const std::string beta = R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: w}
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector: {matchLabels: {apps: w}}
inference: {preset: {name: phi-4}}
)";
const std::string alpha = "apiVersion: kaito.sh/v1alpha1" + beta.substr(beta.find('\n'));
const std::string config_map =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {k: v}\n";
const std::string secret =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {HF_TOKEN: hf_secret}\n";

/// The document as the server would store it, at that resourceVersion.
json::Value stored(const std::string& text, const std::string& version) {
  auto value = yaml(text);
  auto& meta = value.as_object()["metadata"].as_object();
  meta["namespace"] = "default";
  meta["uid"] = "uid-1";
  meta["resourceVersion"] = version;
  meta["creationTimestamp"] = "2026-01-01T00:00:00Z";
  return value;
}

std::vector<DeployDocument> documents(const std::string& text) {
  auto loaded = json::load_yaml(text, "w.yaml");
  REQUIRE_MESSAGE(loaded, loaded.error().describe());
  std::vector<DeployDocument> result;
  for (auto& document : *loaded)
    result.push_back({std::move(document.value), std::move(document.places)});
  return result;
}

struct Deploy : Cluster {
  DeployOptions options;
  Deploy() { options.namespace_ = "default"; }
  Result<std::vector<Deployed>> run(const std::string& text) {
    return deploy(client.get(), documents(text), options, catalog(), sink(), soon());
  }
  /// A refusal before the first write.
  Error refused(const std::string& text) {
    const auto deployed = run(text);
    REQUIRE_FALSE(deployed);
    CHECK(server->writes().empty());
    return deployed.error();
  }
};

TEST_CASE("a new Workspace: the questions, the rehearsal, the one write") {
  Deploy d;
  d.server->on("PATCH " + betas + "/w", {object(stored(beta, "7"))});
  const auto deployed = d.run(beta);
  REQUIRE_MESSAGE(deployed, deployed.error().describe());
  REQUIRE(deployed->size() == 1);
  const auto& one = deployed->front();
  CHECK(one.outcome == Deployed::Outcome::created);
  CHECK(one.kind == "Workspace");
  CHECK(one.name == "w");
  CHECK(one.namespace_ == "default");
  CHECK(one.changes.empty());
  CHECK(json::string_at(one.object.value(), {"metadata", "uid"}) == "uid-1");
  CHECK(d.server->lines() ==
        std::vector<std::string>{
            "GET /apis/apps/v1/deployments?labelSelector=app.kubernetes.io%2Fname%3Dworkspace&"
            "limit=500",
            "GET " + group, "GET " + betas + "/w",
            "PATCH " + betas + "/w?fieldManager=kaitoctl&fieldValidation=Strict&dryRun=All",
            "PATCH " + betas + "/w?fieldManager=kaitoctl&fieldValidation=Strict"});
  const auto sent = json::parse(d.server->writes()[0].body);
  auto wanted = yaml(beta);
  wanted.as_object()["metadata"].as_object()["namespace"] = "default";
  REQUIRE(sent);
  CHECK(json::equivalent(*sent, wanted));  // what the file says, no defaults
  CHECK(d.server->writes()[0].headers.get("Content-Type") == "application/apply-patch+yaml");
  CHECK(d.events.empty());
}

TEST_CASE("outcomes: by what the server says, not by what was asked for") {
  auto changed = stored(beta, "8");
  changed.as_object()["resource"].as_object()["count"] = 2;
  auto touched = stored(beta, "8");
  struct {
    std::string name;
    json::Value before;
    json::Value after;
    Deployed::Outcome outcome;
    std::vector<std::string> changes;
  } const cases[] = {
      {"unchanged", stored(beta, "7"), stored(beta, "7"), Deployed::Outcome::unchanged, {}},
      {"changed",
       stored(beta, "7"),
       changed,
       Deployed::Outcome::changed,
       {"resource.count: (none) -> 2"}},
      {"ownership alone", stored(beta, "7"), touched, Deployed::Outcome::changed, {}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Deploy d;
    d.server->on("GET " + betas + "/w", {object(c.before)});
    d.server->on("PATCH " + betas + "/w", {object(c.after)});
    const auto deployed = d.run(beta);
    REQUIRE_MESSAGE(deployed, deployed.error().describe());
    CHECK(deployed->front().outcome == c.outcome);
    CHECK(deployed->front().changes == c.changes);
    std::vector<std::string> told;
    for (const auto& change : c.changes)
      told.push_back("w.yaml: Workspace \"w\": " + change);
    CHECK(d.told(Event::Kind::note) == told);
  }
}

TEST_CASE("changes: what the user would call one") {
  auto before = stored(beta, "7");
  before.as_object()["status"] = {{"state", "Ready"}};
  before.as_object()["metadata"].as_object()["annotations"] = {{"kaito.sh/runtime", "vllm"}};
  auto after = stored(beta, "8");
  after.as_object()["metadata"].as_object()["generation"] = 2;
  after.as_object()["metadata"].as_object()["managedFields"] = boost::json::array{{{"a", 1}}};
  after.as_object()["inference"].as_object()["config"] = "cm";
  Deploy d;
  d.server->on("GET " + betas + "/w", {object(before)});
  d.server->on("PATCH " + betas + "/w", {object(after)});
  const auto deployed = d.run(beta);
  REQUIRE(deployed);
  CHECK(deployed->front().changes ==
        std::vector<std::string>{"inference.config: (none) -> \"cm\"",
                                 "metadata.annotations[\"kaito.sh/runtime\"]: \"vllm\" -> (none)"});
}

TEST_CASE("the version that is sent: the newest that is served, or what is asked for") {
  struct {
    std::string name;
    std::string text;
    std::vector<std::string> versions;
    const char* asked;
    const char* sent;
    const char* note;  ///< "" = none
  } const cases[] = {
      {"as it is", beta, {"v1beta1", "v1alpha1"}, "", "v1beta1", ""},
      {"older file",
       alpha,
       {"v1beta1", "v1alpha1"},
       "",
       "v1beta1",
       "w.yaml: Workspace \"w\" is written in v1alpha1; sent as v1beta1, the newest that this "
       "cluster serves"},
      {"older cluster",
       beta,
       {"v1alpha1"},
       "",
       "v1alpha1",
       "w.yaml: Workspace \"w\" is written in v1beta1; sent as v1alpha1, the newest that this "
       "cluster serves"},
      {"both old", alpha, {"v1alpha1"}, "", "v1alpha1", ""},
      {"versions of the future",
       alpha,
       {"v1", "v1beta1"},
       "",
       "v1beta1",
       "w.yaml: Workspace \"w\" is written in v1alpha1; sent as v1beta1, the newest that this "
       "cluster serves"},
      {"asked for", alpha, {"v1beta1", "v1alpha1"}, "v1alpha1", "v1alpha1", ""},
      {"asked for the other",
       beta,
       {"v1beta1", "v1alpha1"},
       "v1alpha1",
       "v1alpha1",
       "w.yaml: Workspace \"w\" is written in v1beta1; sent as v1alpha1, as asked"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Deploy d;
    d.options.api_version = c.asked;
    d.server->on("GET " + group, {served(c.versions)});
    for (const auto& path : {betas, alphas})
      d.server->on("PATCH " + path + "/w", {object(stored(beta, "7"))});
    const auto deployed = d.run(c.text);
    REQUIRE_MESSAGE(deployed, deployed.error().describe());
    REQUIRE(d.server->writes().size() == 1);
    const auto write = d.server->writes()[0];
    CHECK(has(write.target, std::string("/kaito.sh/") + c.sent + "/"));
    const auto body = json::parse(write.body);
    REQUIRE(body);
    CHECK(json::string_at(*body, {"apiVersion"}) == std::string("kaito.sh/") + c.sent);
    CHECK(json::string_at(*body, {"metadata", "name"}) == "w");
    CHECK(json::string_at(*body, {"inference", "preset", "name"}) == "phi-4");
    const auto notes = d.told(Event::Kind::note);
    CHECK(notes ==
          (*c.note == '\0' ? std::vector<std::string>{} : std::vector<std::string>{c.note}));
    CHECK(d.server->count("GET " + group) == (*c.asked == '\0' ? 1U : 0U));
  }
}

TEST_CASE("what a conversion fills in or leaves out is a warning") {
  SUBCASE("the instance type that v1alpha1 would default") {
    std::string text = alpha;
    text.erase(text.find("  instanceType"),
               text.find("  labelSelector") - text.find("  instanceType"));
    Deploy d;
    d.server->on("PATCH " + betas + "/w", {object(stored(beta, "7"))});
    REQUIRE(d.run(text));
    const auto body = json::parse(d.server->writes()[0].body);
    CHECK(json::string_at(*body, {"resource", "instanceType"}) == "Standard_NC24ads_A100_v4");
    CHECK(
        has(d.all_told(), "w.yaml: Workspace \"w\": resource.instanceType: set to Standard_NC24"));
  }
  SUBCASE("a Secret that v1alpha1 cannot name") {
    std::string text = beta;
    text.replace(text.find("{name: phi-4}"), 13,
                 "{name: phi-4, presetOptions: {modelAccessSecret: token}}");
    Deploy d;
    d.server->on("GET " + group, {served({"v1alpha1"})});
    d.server->on("PATCH " + alphas + "/w", {object(stored(beta, "7"))});
    REQUIRE(d.run(text));
    CHECK_FALSE(has(d.server->writes()[0].body, "modelAccessSecret"));
    CHECK(has(d.all_told(), "inference.preset.presetOptions.modelAccessSecret: left out"));
  }
}

TEST_CASE("an InferenceSet goes in the version that serves it") {
  const std::string set = R"(apiVersion: kaito.sh/v1beta1
kind: InferenceSet
metadata: {name: s}
spec:
  labelSelector: {matchLabels: {apps: s}}
  template:
    resource: {instanceType: Standard_NC24ads_A100_v4}
    inference: {preset: {name: phi-4}}
)";
  SUBCASE("v1beta1") {
    Deploy d;
    d.server->on("GET " + group + "/v1beta1",
                 {object(yaml("{kind: APIResourceList, resources: [{name: inferencesets}]}"))});
    d.server->on("PATCH " + set_betas + "/s", {object(stored(set, "7"))});
    const auto deployed = d.run(set);
    REQUIRE_MESSAGE(deployed, deployed.error().describe());
    CHECK(deployed->front().kind == "InferenceSet");
    CHECK(deployed->front().outcome == Deployed::Outcome::created);
    CHECK(d.events.empty());
  }
  SUBCASE("v1alpha1, where v1beta1 has only Workspaces") {
    Deploy d;
    d.server->on("GET " + group + "/v1beta1",
                 {object(yaml("{kind: APIResourceList, resources: [{name: workspaces}]}"))});
    d.server->on("PATCH " + set_alphas + "/s", {object(stored(set, "7"))});
    REQUIRE(d.run(set));
    CHECK(has(d.all_told(), "sent as v1alpha1"));
  }
  SUBCASE("not at all") {
    Deploy d;
    d.server->on("GET " + set_alphas + "/s", {not_served()});
    const auto error = d.refused(set);
    CHECK(error.code == ErrorCode::not_served);
    CHECK(has(error.message, "does not serve the kind InferenceSet"));
    CHECK(has(error.hint, "0.8"));
  }
}

TEST_CASE("KAITO is not there: how to get it") {
  Deploy d;
  d.server->on("GET " + group, {not_served()});
  const auto error = d.refused(beta);
  CHECK(error.code == ErrorCode::not_served);
  CHECK(has(error.message, "does not serve the kind Workspace of KAITO"));
  CHECK(has(error.hint, "Helm"));
  CHECK(has(error.hint, "--enable-ai-toolchain-operator"));
  CHECK(has(error.hint, "kaitoctl sandbox up"));

  Deploy newer;
  newer.server->on("GET " + group, {served({"v2", "v3"})});
  const auto unknown = newer.refused(beta);
  CHECK(unknown.code == ErrorCode::not_served);
  CHECK(has(unknown.message, "v2, v3"));
}

TEST_CASE("a document with an error stops all of them") {
  Deploy d;
  const auto error = d.refused(beta + "---\n" + config_map + "---\n" +
                               "apiVersion: kaito.sh/v1beta1\nkind: Workspace\n"
                               "metadata: {name: bad}\nnonsense: 1\n");
  CHECK(error.code == ErrorCode::invalid);
  CHECK(dynamic_cast<const Findings*>(error.payload.get()) != nullptr);
  CHECK(d.server->count("PATCH " + betas + "/w") == 0);  // not even a rehearsal
}

TEST_CASE("a later object that is refused stops the earlier ones") {
  struct {
    std::string name;
    Scripted get;
    Scripted dry_run;
    ErrorCode code;
    std::string message;
  } const cases[] = {
      {"by the webhook", not_found(),
       refusal(400, "BadRequest",
               "admission webhook \"validation.workspace.kaito.sh\" denied the request: no"),
       ErrorCode::invalid, "denied the request: no"},
      {"by rights", not_found(), refusal(403, "Forbidden", "cannot patch workspaces"),
       ErrorCode::forbidden, "cannot patch"},
      {"it cannot be looked at", refusal(403, "Forbidden", "cannot get workspaces"),
       object(stored(beta, "1")), ErrorCode::forbidden, "cannot get"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Deploy d;
    d.server->on("PATCH " + betas + "/w", {object(stored(beta, "7"))});
    d.server->on("GET " + betas + "/z", {c.get});
    d.server->on("PATCH " + betas + "/z", {c.dry_run});
    std::string second = beta;
    second.replace(second.find("name: w"), 7, "name: z");
    const auto error = d.refused(beta + "---\n" + second);
    CHECK(to_string(error.code) == to_string(c.code));
    CHECK_MESSAGE(has(error.message, c.message), error.message);
  }
}

TEST_CASE("a server that cannot be asked ends it with the first question") {
  for (const auto code : {ErrorCode::timeout, ErrorCode::interrupted, ErrorCode::unauthenticated}) {
    Deploy d;
    d.server->on("GET /apis/apps/v1/deployments", {failing(code, "the words")});
    const auto error = d.refused(beta);
    CHECK(error.code == code);
    CHECK(d.server->lines().size() == 1);
  }
}

TEST_CASE("a tuning Workspace over an inference one is refused, and so is what is immutable") {
  const std::string tuning = R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: w}
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector: {matchLabels: {apps: w}}
tuning:
  preset: {name: phi-4}
  method: qlora
  input: {urls: ["https://example.com/data.parquet"]}
  output: {image: "reg.example.com/out:1", imagePushSecret: push}
)";
  std::string other_type = beta;
  other_type.replace(other_type.find("Standard_NC24ads_A100_v4"), 24, "Standard_NC48ads_A100_v4");
  for (const auto& text : {tuning, other_type}) {
    CAPTURE(text);
    Deploy d;
    d.server->on("GET " + betas + "/w", {object(stored(beta, "7"))});
    d.server->on("PATCH " + betas + "/w", {object(stored(beta, "8"))});
    const auto error = d.refused(text);
    CHECK(error.code == ErrorCode::invalid);
    CHECK(has(error.message,
              "Workspace \"w\" exists in namespace \"default\" and cannot become what is asked "
              "for"));
    CHECK(has(error.hint, "kaitoctl delete w"));
    const auto* findings = dynamic_cast<const Findings*>(error.payload.get());
    REQUIRE(findings != nullptr);
    REQUIRE_FALSE(findings->findings.empty());
    REQUIRE(findings->findings[0].place);
    CHECK(findings->findings[0].place->file == "w.yaml");
    CHECK(findings->findings[0].place->line > 0);
    CHECK(d.server->count("PATCH " + betas + "/w") == 0);
  }
}

TEST_CASE("an object that is being deleted is not deployed to") {
  auto leaving = stored(beta, "7");
  leaving.as_object()["metadata"].as_object()["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  Deploy d;
  d.server->on("GET " + betas + "/w", {object(leaving)});
  const auto error = d.refused(beta);
  CHECK(error.code == ErrorCode::conflict);
  CHECK(has(error.message, "is being deleted"));
  CHECK(has(error.hint, "gone"));
}

Scripted field_conflict() {
  return {409,
          R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Conflict","code":409,
    "message":"Apply failed with 2 conflicts","details":{"causes":[
     {"reason":"FieldManagerConflict","message":"conflict with \"helm\"","field":".resource.instanceType"},
     {"reason":"FieldManagerConflict","message":"conflict with \"kubectl-edit\" using kaito.sh/v1beta1",
      "field":".metadata.annotations.kaito.sh/runtime"}]}})"};
}

/// A conflict over these fields, each of helm.
Scripted conflict_over(const std::vector<std::string>& fields) {
  boost::json::array causes;
  for (const auto& field : fields)
    causes.push_back({{"reason", "FieldManagerConflict"},
                      {"message", "conflict with \"helm\""},
                      {"field", field}});
  const boost::json::object status{{"kind", "Status"},
                                   {"apiVersion", "v1"},
                                   {"status", "Failure"},
                                   {"reason", "Conflict"},
                                   {"code", 409},
                                   {"message", "Apply failed"},
                                   {"details", {{"causes", std::move(causes)}}}};
  return {409, json::write(status)};
}

TEST_CASE("fields that others own: which, whose, the values on both sides, and how to take them") {
  std::string text = beta;
  text.replace(text.find("{name: w}"), 9, "{name: w, annotations: {kaito.sh/runtime: vllm}}");
  auto live = stored(beta, "7");
  live.as_object()["metadata"].as_object()["annotations"] = {{"kaito.sh/runtime", "transformers"}};
  Deploy d;
  d.server->on("GET " + betas + "/w", {object(live)});
  d.server->on("PATCH " + betas + "/w", {field_conflict()});
  auto error = d.refused(text);
  CHECK(error.code == ErrorCode::conflict);
  CHECK(
      error.message ==
      "Workspace \"w\": other writers own fields that this would change:\n"
      "  resource.instanceType is owned by \"helm\": \"Standard_NC24ads_A100_v4\" in the cluster, "
      "\"Standard_NC24ads_A100_v4\" in the file\n"
      "  metadata.annotations.kaito.sh/runtime is owned by \"kubectl-edit\" using "
      "kaito.sh/v1beta1: \"transformers\" in the cluster, \"vllm\" in the file");
  CHECK(has(error.hint, "--force-conflicts"));
}

TEST_CASE("values of a conflict: what is not there, what is long, what a terminal must not get") {
  std::string text = config_map + "  long: " + std::string(500, 'x') + "\n  bad: \"\\e[31m\"\n";
  text.replace(text.find("data: {k: v}"), 12, "data:\n  k: v");
  Deploy d;
  d.server->on("GET " + core + "/configmaps/cm", {object(stored(config_map, "5"))});
  d.server->on("PATCH " + core + "/configmaps/cm",
               {conflict_over({".data.k", ".data.long", ".data.bad", ".data.elsewhere"})});
  const auto error = d.refused(text + "---\n" + beta);
  CHECK(error.message ==
        "ConfigMap \"cm\": other writers own fields that this would change:\n"
        "  data.k is owned by \"helm\": \"v\" in the cluster, \"v\" in the file\n"
        "  data.long is owned by \"helm\": (none) in the cluster, \"" +
            std::string(76, 'x') +
            "... in the file\n"
            "  data.bad is owned by \"helm\": (none) in the cluster, \"\\u001b[31m\" in the file\n"
            "  data.elsewhere is owned by \"helm\"");

  Deploy many;
  many.server->on("GET " + core + "/configmaps/cm", {object(stored(config_map, "5"))});
  many.server->on("PATCH " + core + "/configmaps/cm",
                  {conflict_over(std::vector<std::string>(25, "." + std::string(5000, 'k')))});
  const auto long_one = many.refused(config_map + "---\n" + beta);
  CHECK(long_one.message.ends_with("\n  and 5 more"));
  CHECK(long_one.message.size() < 6000);
}

TEST_CASE("values of a Secret are in no conflict") {
  Deploy d;
  auto live = stored(secret, "5");
  live.as_object()["data"] = {{"HF_TOKEN", "b3RoZXI="}};
  d.server->on("GET " + core + "/secrets/s", {object(live)});
  d.server->on("PATCH " + core + "/secrets/s",
               {conflict_over({".stringData.HF_TOKEN", ".data.HF_TOKEN"})});
  const auto error = d.refused(secret + "---\n" + beta);
  CHECK(error.message ==
        "Secret \"s\": other writers own fields that this would change:\n"
        "  stringData.HF_TOKEN is owned by \"helm\"\n"
        "  data.HF_TOKEN is owned by \"helm\"");
}

TEST_CASE("a resourceVersion in the file that is of an older state") {
  std::string text = beta;
  text.replace(text.find("{name: w}"), 9, "{name: w, resourceVersion: \"3\"}");
  Deploy d;
  d.server->on("GET " + betas + "/w", {object(stored(beta, "7"))});
  d.server->on("PATCH " + betas + "/w", {refusal(409, "Conflict", "the object has been modified")});
  const auto error = d.refused(text);
  CHECK(error.code == ErrorCode::conflict);
  CHECK(has(error.hint, "resourceVersion"));
}

TEST_CASE("--force-conflicts, --field-manager and a server dry run reach the server") {
  Deploy d;
  d.options.write.force = true;
  d.options.write.field_manager = "me";
  d.options.write.dry_run = k8s::DryRun::server;
  d.server->on("PATCH " + betas + "/w", {object(stored(beta, "7"))});
  const auto deployed = d.run(beta);
  REQUIRE(deployed);
  CHECK(deployed->front().outcome == Deployed::Outcome::created);
  CHECK(d.server->writes().empty());
  CHECK(d.server->lines().back() ==
        "PATCH " + betas + "/w?fieldManager=me&fieldValidation=Strict&dryRun=All&force=true");
  CHECK(d.server->count("PATCH " + betas + "/w") == 1);

  Deploy same;
  same.options.write.dry_run = k8s::DryRun::server;
  same.server->on("GET " + betas + "/w", {object(stored(beta, "7"))});
  auto rehearsed = stored(beta, "7");
  same.server->on("PATCH " + betas + "/w", {object(rehearsed)});
  auto unchanged = same.run(beta);
  REQUIRE(unchanged);
  CHECK(unchanged->front().outcome == Deployed::Outcome::unchanged);
  rehearsed.as_object()["resource"].as_object()["count"] = 2;
  same.server->on("PATCH " + betas + "/w", {object(rehearsed)});
  auto changed = same.run(beta);
  REQUIRE(changed);
  CHECK(changed->front().outcome == Deployed::Outcome::changed);
}

TEST_CASE("a client dry run asks nothing") {
  Deploy d;
  d.options.client_dry_run = true;
  const auto deployed = d.run(alpha);
  REQUIRE(deployed);
  CHECK(deployed->front().outcome == Deployed::Outcome::dry_run);
  CHECK(json::string_at(deployed->front().object.value(), {"apiVersion"}) == "kaito.sh/v1alpha1");
  CHECK(d.server->lines().empty());
}

Scripted webhook_denial() {
  return refusal(400, "BadRequest",
                 "admission webhook \"validation.workspace.kaito.sh\" denied the request: no "
                 "ConfigMap cm");
}

TEST_CASE(
    "companions go first; what the webhook says of a Workspace before they are there does not "
    "count") {
  Deploy d;
  d.server->on("PATCH " + core + "/configmaps/cm", {object(stored(config_map, "5"))});
  d.server->on("PATCH " + betas + "/w", {webhook_denial(), object(stored(beta, "7"))});
  const auto deployed = d.run(beta + "---\n" + config_map);
  REQUIRE_MESSAGE(deployed, deployed.error().describe());
  REQUIRE(deployed->size() == 2);
  CHECK((*deployed)[0].kind == "ConfigMap");
  CHECK((*deployed)[1].kind == "Workspace");
  CHECK(d.server->count("PATCH " + core + "/configmaps/cm") == 2);
  CHECK(d.server->count("PATCH " + betas + "/w") == 2);
  CHECK(has(d.server->lines().back(), "/workspaces/w"));
}

TEST_CASE("what the server itself refuses is final, also beside a companion that is yet to come") {
  for (const bool undeclared : {false, true}) {
    CAPTURE(undeclared);
    Deploy d;
    d.server->on("PATCH " + core + "/configmaps/cm", {object(stored(config_map, "5"))});
    d.server->on("PATCH " + betas + "/w",
                 {undeclared ? refusal(500, "",
                                       "failed to create typed patch object (default/w; "
                                       "kaito.sh/v1beta1, Kind=Workspace): .inference.preset: "
                                       "field not declared in schema")
                             : refusal(403, "Forbidden", "cannot patch workspaces")});
    const auto error = d.refused(beta + "---\n" + config_map);
    CHECK(error.code == (undeclared ? ErrorCode::invalid : ErrorCode::forbidden));
  }
}

TEST_CASE("fields that the cluster does not know: which, and where they are written") {
  const std::string adapters =
      beta.substr(0, beta.find("inference:")) +
      "inference:\n  preset: {name: phi-4}\n  adapters:\n    - source: {name: a, image: i}\n"
      "      strength: \"1.0\"\n";
  struct {
    std::string name;
    Scripted answer;
    std::string lines;
  } const cases[] = {
      {"an apply",
       refusal(500, "",
               "failed to create typed patch object (default/w; kaito.sh/v1beta1, "
               "Kind=Workspace): .inference.adapters[0].strength: field not declared in schema"),
       "a field of it:\n  w.yaml:11:7: inference.adapters[0].strength"},
      {"strict",
       refusal(400, "BadRequest",
               "strict decoding error: unknown field \"inference.adapters[0].strength\", "
               "unknown field \"resource.instanceType\""),
       "fields of it:\n  w.yaml:11:7: inference.adapters[0].strength\n"
       "  w.yaml:5:3: resource.instanceType"},
      {"an item named by its keys",
       refusal(500, "",
               "failed to create typed patch object: .inference.adapters[name=\"a\"].x: field "
               "not declared in schema"),
       "a field of it:\n  w.yaml:9:3: inference.adapters[name=\"a\"].x"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Deploy d;
    d.server->on("PATCH " + betas + "/w", {c.answer});
    const auto error = d.refused(adapters);
    CHECK(error.code == ErrorCode::invalid);
    CHECK(error.message == "Workspace \"w\": this cluster does not know " + c.lines);
    CHECK(error.hint == "its KAITO is older than that: leave this out, or upgrade KAITO");
    CHECK(k8s::status_of(error) != nullptr);
  }
}

TEST_CASE("a misspelt field of a companion") {
  Deploy d;
  d.server->on("PATCH " + core + "/configmaps/cm",
               {refusal(500, "",
                        "failed to create typed patch object (default/cm; /v1, Kind=ConfigMap): "
                        ".datum: field not declared in schema")});
  const auto error = d.refused(config_map + "datum: {k: v}\n---\n" + beta);
  CHECK(error.code == ErrorCode::invalid);
  CHECK(error.message ==
        "ConfigMap \"cm\": this cluster does not know a field of it:\n  w.yaml:5:1: datum");
  CHECK(error.hint == "take what is not of the kind ConfigMap out");
}

TEST_CASE("companions that stay as they are: everything is rehearsed") {
  Deploy d;
  d.server->on("GET " + core + "/configmaps/cm", {object(stored(config_map, "5"))});
  d.server->on("PATCH " + core + "/configmaps/cm", {object(stored(config_map, "5"))});
  d.server->on("PATCH " + betas + "/w", {refusal(403, "Forbidden", "no")});
  const auto error = d.refused(beta + "---\n" + config_map);
  CHECK(error.code == ErrorCode::forbidden);
}

TEST_CASE("a failure after the first write says what was done") {
  Deploy d;
  d.server->on("PATCH " + core + "/configmaps/cm", {object(stored(config_map, "5"))});
  d.server->on("GET " + betas + "/w", {object(stored(beta, "7"))});
  d.server->on("PATCH " + betas + "/w", {object(stored(beta, "7")), field_conflict()});
  const auto deployed = d.run(beta + "---\n" + config_map);
  REQUIRE_FALSE(deployed);
  CHECK(deployed.error().code == ErrorCode::conflict);
  CHECK(has(deployed.error().message, "1 of 2 objects were already applied"));
  CHECK(has(deployed.error().hint, "--force-conflicts"));
}

TEST_CASE("changes of a Workspace that was not rehearsed are told when they are made") {
  auto changed = stored(beta, "8");
  changed.as_object()["resource"].as_object()["count"] = 2;
  Deploy d;
  d.server->on("PATCH " + core + "/configmaps/cm", {object(stored(config_map, "5"))});
  d.server->on("GET " + betas + "/w", {object(stored(beta, "7"))});
  d.server->on("PATCH " + betas + "/w", {webhook_denial(), object(changed)});
  const auto deployed = d.run(beta + "---\n" + config_map);
  REQUIRE(deployed);
  CHECK((*deployed)[1].changes == std::vector<std::string>{"resource.count: (none) -> 2"});
  CHECK(has(d.all_told(), "resource.count: (none) -> 2"));
}

TEST_CASE("a Secret is sent whole, and nothing of it is shown") {
  auto before = stored(secret, "5");
  before.as_object().erase("stringData");
  before.as_object()["data"] = {{"HF_TOKEN", "b2xk"}};
  auto after = before;
  after.as_object()["data"] = {{"HF_TOKEN", "bmV3"}};
  after.as_object()["metadata"].as_object()["resourceVersion"] = "6";
  Deploy d;
  d.server->on("GET " + core + "/secrets/s", {object(before)});
  d.server->on("PATCH " + core + "/secrets/s", {object(after)});
  const auto deployed = d.run(secret);
  REQUIRE_MESSAGE(deployed, deployed.error().describe());
  REQUIRE(d.server->writes().size() == 1);
  CHECK(has(d.server->writes()[0].body, "hf_secret"));
  CHECK(deployed->front().outcome == Deployed::Outcome::changed);
  CHECK(deployed->front().changes == std::vector<std::string>{"data.HF_TOKEN changes"});
  const auto shown = json::write(deployed->front().object.value()) + d.all_told();
  for (const char* part : {"hf_secret", "b2xk", "bmV3"})
    CHECK_FALSE(has(shown, part));
}

TEST_CASE("a dropped instance type is refused only where such an operator runs") {
  std::string text = beta;
  text.replace(text.find("Standard_NC24ads_A100_v4"), 24, "Standard_NC6s_v3");
  text.replace(text.find("name: phi-4"), 11, "name: phi-3-mini-4k-instruct");
  struct {
    std::string image;
    bool refused;
  } const cases[] = {
      {"mcr.microsoft.com/aks/kaito/workspace:0.12.0", true},
      {"mcr.microsoft.com/aks/kaito/workspace:v0.12.0", true},
      {"localhost:5000/kaito/workspace:0.12.0@sha256:0123456789", true},
      {"mcr.microsoft.com/aks/kaito/workspace:0.3.0", false},
      {"mcr.microsoft.com/aks/kaito/workspace:nightly", false},
      {"mcr.microsoft.com/aks/kaito/workspace", false},
      {"example.com/other:0.12.0", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.image);
    Deploy d;
    d.server->on("GET /apis/apps/v1/deployments", {operator_with(c.image)});
    d.server->on("PATCH " + betas + "/w", {object(stored(text, "7"))});
    const auto deployed = d.run(text);
    CHECK(deployed.has_value() != c.refused);
    CHECK(d.server->writes().empty() == c.refused);
    if (deployed) CHECK(has(d.all_told(), "[K022]"));
  }
  for (const auto& answer : {refusal(403, "Forbidden", "no"), not_served(),
                             refusal(500, "InternalError", "no"), list_of({yaml("{}")})}) {
    Deploy d;  // who may not look goes on
    d.server->on("GET /apis/apps/v1/deployments", {answer});
    d.server->on("PATCH " + betas + "/w", {object(stored(text, "7"))});
    CHECK(d.run(text));
  }
}

/// What the findings of a refusal say, a line each.
std::string findings_text(const Error& error) {
  const auto* payload = dynamic_cast<const Findings*>(error.payload.get());
  REQUIRE(payload != nullptr);
  std::string text;
  for (const auto& finding : payload->findings)
    text += finding.message + '\n';
  return text;
}

TEST_CASE("facts that were asked for before are not asked for again, and the rules go by them") {
  const std::string deployments = "GET /apis/apps/v1/deployments";
  Deploy d;
  d.server->on(deployments, {operator_with("mcr.microsoft.com/aks/kaito/workspace:0.12.0")});
  d.server->on("PATCH " + betas + "/w", {object(stored(beta, "7"))});
  auto facts = cluster_facts(*d.client, {}, soon());
  REQUIRE(facts);
  d.options.cluster = *facts;
  CHECK(d.run(beta));
  CHECK(d.server->count(deployments) == 1);

  facts->context.cloud = "aws";
  Deploy other;
  other.options.cluster = *facts;
  const auto refused = findings_text(other.refused(beta));
  CHECK_MESSAGE(has(refused, "Standard_NC24ads_A100_v4"), refused);
  CHECK(other.server->lines().empty());
}

TEST_CASE("own nodes: what admission would look up on them is looked up first") {
  std::string text = beta;
  text.erase(text.find("  instanceType"),
             text.find("  labelSelector") - text.find("  instanceType"));
  struct {
    std::string labels;
    const char* refused;  ///< "" = not
  } const cases[] = {
      {"apps: other", "chooses none of the nodes"},
      {"apps: w, nvidia.com/gpu.product: A100, nvidia.com/gpu.count: '1'", "nvidia.com/gpu.memory"},
      {"apps: w, nvidia.com/gpu.product: A100, nvidia.com/gpu.count: '1', nvidia.com/gpu.memory: "
       "'81920'",
       ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.labels);
    Deploy d;
    d.server->on("GET /apis/apps/v1/deployments",
                 {list_of({yaml("{spec: {template: {spec: {containers: [{image: "
                                "'mcr.microsoft.com/aks/kaito/workspace:0.12.0', args: "
                                "['--node-provisioner=byo']}]}}}}")})});
    d.server->on("GET /api/v1/nodes",
                 {list_of({yaml("{metadata: {name: n1, labels: {" + c.labels + "}}}")})});
    d.server->on("PATCH " + betas + "/w", {object(stored(text, "7"))});
    if (*c.refused == '\0') {
      CHECK(d.run(text));
    } else {
      const auto refused = findings_text(d.refused(text));
      CHECK_MESSAGE(has(refused, c.refused), refused);
    }
  }
}

TEST_CASE("several objects: one question about the versions") {
  std::string second = beta;
  second.replace(second.find("name: w"), 7, "name: z");
  Deploy d;
  d.server->on("PATCH " + betas + "/w", {object(stored(beta, "7"))});
  d.server->on("PATCH " + betas + "/z", {object(stored(second, "8"))});
  const auto deployed = d.run(beta + "---\n" + second);
  REQUIRE(deployed);
  CHECK(deployed->size() == 2);
  CHECK(d.server->count("GET " + group) == 1);
}

TEST_CASE("a namespace that is not there") {
  Deploy d;
  d.server->on("PATCH " + betas + "/w",
               {{404, R"({"kind":"Status","status":"Failure","reason":"NotFound","code":404,
                 "message":"namespaces \"default\" not found",
                 "details":{"name":"default","kind":"namespaces"}})"}});
  const auto error = d.refused(beta);
  CHECK(error.code == ErrorCode::not_found);
  CHECK(has(error.hint, "create the namespace"));
}

}  // namespace
}  // namespace kaito::ops::test
