#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "kaito/k8s/object_meta.hpp"

using namespace kaito;
using namespace kaito::k8s;
using std::string;

namespace {

ObjectMeta read(const string& text, std::vector<json::ReadProblem>& problems) {
  const json::Value value = json::parse(text).value();
  ObjectMeta meta;
  read_meta(json::ObjectReader(value, FieldPath("metadata"), problems), meta);
  return meta;
}

string written(const string& text) {
  std::vector<json::ReadProblem> problems;
  return json::write(meta_json(read(text, problems)));
}

}  // namespace

TEST_CASE("metadata is read into fields") {
  std::vector<json::ReadProblem> problems;
  const ObjectMeta meta = read(R"({
    "name":"phi","generateName":"p-","namespace":"default","uid":"u","resourceVersion":"12",
    "generation":3,"creationTimestamp":"2026-01-02T03:04:05Z",
    "deletionTimestamp":"2026-01-02T03:04:06Z","deletionGracePeriodSeconds":30,
    "labels":{"b":"2","a":"1"},"annotations":{"kaito.sh/x":"y"},
    "ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"d","uid":"o",
                        "controller":true,"blockOwnerDeletion":true}],
    "finalizers":["f1","f2"],"managedFields":[{"manager":"m"}]})",
                               problems);
  CHECK(problems.empty());
  CHECK(meta.name == "phi");
  CHECK(meta.generate_name == "p-");
  CHECK(meta.namespace_ == "default");
  CHECK(meta.uid == "u");
  CHECK(meta.resource_version == "12");
  CHECK(meta.generation == 3);
  CHECK(format_time(meta.creation_time.value()) == "2026-01-02T03:04:05Z");
  CHECK(format_time(meta.deletion_time.value()) == "2026-01-02T03:04:06Z");
  CHECK(meta.labels.at("b") == "2");
  CHECK(meta.annotations.at("kaito.sh/x") == "y");
  REQUIRE(meta.owners.size() == 1);
  CHECK(meta.owners[0].kind == "Deployment");
  CHECK(meta.owners[0].controller);
  CHECK(meta.finalizers == std::vector<string>{"f1", "f2"});
  CHECK(json::write(meta.other.value()) ==
        R"({"deletionGracePeriodSeconds":30,"managedFields":[{"manager":"m"}]})");
}

TEST_CASE("nothing is lost on a round trip") {
  for (const string text :
       {R"({})", R"({"name":"phi"})",
        R"({"name":"phi","namespace":"default","uid":"u","resourceVersion":"12","generation":3,)"
        R"("creationTimestamp":"2026-01-02T03:04:05Z","labels":{"a":"1"},"annotations":{"b":""},)"
        R"("ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"o",)"
        R"("controller":true,"blockOwnerDeletion":false,"new":[1]}],"finalizers":["f"],)"
        R"("managedFields":[{"fieldsV1":{"f:x":{".":{}}}}],"deletionGracePeriodSeconds":0})",
        // A time that our own format would change.
        R"({"name":"a","creationTimestamp":"2026-01-02T03:04:05.25+02:00"})",
        R"({"name":"a","creationTimestamp":"0001-01-01T00:00:00Z"})",
        R"({"name":"a","deletionTimestamp":"soon"})",
        // Members of a wrong type: reported by the reader, and still there.
        R"({"name":5})", R"({"labels":"x"})", R"({"labels":{"a":1,"b":"2"}})",
        R"({"finalizers":["a",2]})", R"({"ownerReferences":[{"kind":"Node"},7]})",
        R"({"ownerReferences":[{"kind":7}]})", R"({"generation":1.5})"}) {
    CAPTURE(text);
    const string back = written(text);
    CHECK(json::equivalent(json::parse(back).value(), json::parse(text).value()));
    CHECK(written(back) == back);
  }
  // null and empty are the same as absent.
  CHECK(written(R"({"name":"a","creationTimestamp":null,"labels":{},"generation":0,"uid":""})") ==
        R"({"name":"a"})");
}

TEST_CASE("metadata is written in Kubernetes' usual order") {
  CHECK(written(R"({"managedFields":[1],"finalizers":["f"],"labels":{"b":"2","a":"1"},)"
                R"("creationTimestamp":"2026-01-02T03:04:05Z","namespace":"n","name":"x"})") ==
        R"({"name":"x","namespace":"n","creationTimestamp":"2026-01-02T03:04:05Z",)"
        R"("labels":{"a":"1","b":"2"},"finalizers":["f"],"managedFields":[1]})");
}

TEST_CASE("a field that was changed after reading is what is written") {
  std::vector<json::ReadProblem> problems;
  ObjectMeta meta = read(R"({"creationTimestamp":"2026-01-02T03:04:05.25Z","name":5})", problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].path.text() == "metadata.name");
  meta.creation_time = parse_time("2027-01-01T00:00:00Z").value();
  meta.name = "new";
  CHECK(json::write(meta_json(meta)) ==
        R"({"name":"new","creationTimestamp":"2027-01-01T00:00:00Z"})");
}

TEST_CASE("metadata that is no object is reported and empty") {
  std::vector<json::ReadProblem> problems;
  CHECK(read("[]", problems) == ObjectMeta());
  CHECK(problems.size() == 1);
}

TEST_CASE("conditions are read in their order, what is none is passed over") {
  const json::Value object = json::parse(R"({"status":{"conditions":[
    {"type":"ResourceReady","status":"True","reason":"R","message":"m","observedGeneration":2,
     "lastTransitionTime":"2026-01-02T03:04:05Z"},
    7, {"type":"WorkspaceSucceeded","status":"False","lastTransitionTime":"never","message":null}
  ]}})")
                                 .value();
  const auto conditions = conditions_of(object);
  REQUIRE(conditions.size() == 2);
  const Condition* ready = find_condition(conditions, "ResourceReady");
  REQUIRE(ready != nullptr);
  CHECK(ready->status == "True");
  CHECK(ready->reason == "R");
  CHECK(ready->message == "m");
  CHECK(ready->observed_generation == 2);
  CHECK(json::write(condition_json(*ready)) ==
        R"({"type":"ResourceReady","status":"True","observedGeneration":2,)"
        R"("lastTransitionTime":"2026-01-02T03:04:05Z","reason":"R","message":"m"})");
  CHECK_FALSE(conditions[1].last_transition.has_value());
  CHECK(json::write(condition_json(conditions[1])) ==
        R"({"type":"WorkspaceSucceeded","status":"False","reason":"","message":""})");
  CHECK(find_condition(conditions, "InferenceReady") == nullptr);

  for (const char* none : {"{}", R"({"status":null})", R"({"status":{"conditions":null}})",
                           R"({"status":{"conditions":{}}})", "[]", "3"}) {
    CAPTURE(none);
    CHECK(conditions_of(json::parse(none).value()).empty());
  }
}
