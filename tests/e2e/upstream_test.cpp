// KAITO's own example Workspaces and InferenceSets, from their files.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "contains.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "scene.hpp"
#include "stored_object.hpp"
#include "support/repository.hpp"

namespace kaito::e2e {
namespace {

using json::string_at;

std::vector<std::filesystem::path> example_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test::repository() /
                                                                         "tests/e2e/data/upstream"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Where an object of a file ends up.
k8s::ObjectRef ref_of(const json::Value& object, const Scene& scene) {
  const auto kind = string_at(object, {"kind"});
  k8s::ObjectRef ref;
  ref.name = string_at(object, {"metadata", "name"});
  ref.namespace_ = string_at(object, {"metadata", "namespace"});
  if (ref.namespace_.empty()) ref.namespace_ = scene.namespace_();
  if (kind == "Workspace") ref.type = k8s::types::workspace();
  if (kind == "InferenceSet") ref.type = k8s::types::inference_set();
  if (kind == "ConfigMap") ref.type = k8s::types::config_map();
  if (kind == "Secret") ref.type = k8s::types::secret();
  if (kind == "PersistentVolumeClaim")
    ref.type = {"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true};
  REQUIRE_FALSE(ref.type.kind.empty());
  return ref;
}

std::vector<json::YamlDocument> documents_of(const std::string& text) {
  auto documents = json::load_yaml(text, "example");
  REQUIRE(documents);
  return std::move(*documents);
}

/// Deployed as it is: each object is there with all that the file says about it.
void check_created(const Scene& scene, const std::string& text) {
  const auto outcome = scene.run({"deploy", "-f", scene.write("example.yaml", text)});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  for (const auto& document : documents_of(text)) {
    const auto& object = document.value.value();
    const auto ref = ref_of(object, scene);
    CAPTURE(ref.type.kind);
    CHECK(outcome.out == Contains("/" + ref.name + " created\n"));
    if (!scene.exists(ref)) {
      FAIL_CHECK(ref.type.kind << " " << ref.name << " is not there");
      continue;
    }
    const bool ours = ref.type.group == "kaito.sh";
    const auto stored = target().client().get(ref, soon());
    REQUIRE(stored);
    CHECK((ours ? differences_from_file(object, stored->value(), ref.type.version)
                : lost_from_file(object, stored->value(), ref.type.version)) == "");
  }
}

void check_refused(const Scene& scene, const std::string& text,
                   const std::vector<std::string>& places) {
  const auto file = scene.write("example.yaml", text);
  const auto outcome = scene.run({"deploy", "-f", file});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out == "");
  for (const auto& place : places)
    CHECK(outcome.err == Contains(file + ":" + place + ": error: "));
  for (const auto& document : documents_of(text))
    CHECK_FALSE(scene.exists(ref_of(document.value.value(), scene)));
}

/// Some examples share names, and some name the namespace "default".
void remove_all(const Scene& scene, const std::string& text) {
  for (const auto& document : documents_of(text)) {
    const auto ref = ref_of(document.value.value(), scene);
    const auto removed = target().client().remove(ref, {}, soon());
    // Claims stay until their protection is lifted; no other example has the same.
    CHECK((removed || removed.error().code == ErrorCode::not_found));
  }
}

TEST_CASE("upstream's examples are created as they say, or refused where a placeholder stands") {
  const Scene scene;
  int created = 0;
  int refused = 0;
  for (const auto& path : example_files()) {
    const std::string example = path.filename().string();
    CAPTURE(example);
    const auto text = read_file(path);
    const auto places = placeholder_places(text);
    if (!places.empty()) {
      check_refused(scene, text, places);
      ++refused;
    }
    check_created(scene, filled_in(text));
    ++created;
    remove_all(scene, text);
  }
  CHECK(created == 50);
  CHECK(refused == 18);
}

}  // namespace
}  // namespace kaito::e2e
