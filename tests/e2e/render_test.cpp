// Every golden of the renderer, offered to the API server as a dry run.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <thread>

#include "contains.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "scene.hpp"
#include "support/repository.hpp"

namespace kaito::e2e {
namespace {

using json::string_at;

const k8s::ResourceType crd_type = k8s::types::custom_resource_definition();

std::vector<json::Document> documents_of(const std::filesystem::path& file) {
  auto loaded = json::load_yaml(read_file(file), file.string());
  REQUIRE(loaded);
  std::vector<json::Document> out;
  for (auto& document : *loaded)
    out.push_back(std::move(document.value));
  return out;
}

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// The kinds of the goldens and where they are served.
std::vector<k8s::ResourceType> rendered_types() {
  return {k8s::types::config_map(),
          k8s::types::service(),
          k8s::types::stateful_set(),
          k8s::types::deployment(),
          k8s::types::job(),
          k8s::types::workspace(),
          k8s::types::node_claim(),
          {"karpenter.sh", "v1beta1", "NodeClaim", "nodeclaims", false},
          {"karpenter.sh", "v1", "NodePool", "nodepools", false},
          {"karpenter.sh", "v1alpha5", "Machine", "machines", false},
          {"kaito.sh", "v1alpha1", "ModelMirror", "modelmirrors", false},
          {"source.toolkit.fluxcd.io", "v1", "OCIRepository", "ocirepositories", true},
          {"helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases", true}};
}

const k8s::ResourceType& type_of(const json::Value& object) {
  static const auto types = rendered_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const k8s::ResourceType& type) {
    return type.kind == string_at(object, {"kind"}) &&
           type.api_version() == string_at(object, {"apiVersion"});
  });
  REQUIRE_MESSAGE(found != types.end(), json::write(object));
  return *found;
}

void wait_until_served(const k8s::ResourceType& type) {
  INFO(type.api_version() << " " << type.kind);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!target().client().list(type, "", {}, soon())) {
    REQUIRE(std::chrono::steady_clock::now() < until);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

/// KAITO's CRDs and those of tests/e2e/data/crds; NodeClaims in the old version, too. Gone again
/// with this object.
class RenderedKinds {
 public:
  RenderedKinds() {
    for (const auto& file : yaml_files(test::repository() / "tests/e2e/data/crds"))
      for (auto& crd : documents_of(file))
        create(std::move(crd));
    serve_old_node_claims();
    for (const auto& type : rendered_types())
      wait_until_served(type);
  }
  RenderedKinds(const RenderedKinds&) = delete;
  RenderedKinds& operator=(const RenderedKinds&) = delete;
  ~RenderedKinds() {
    for (const auto& ref : created_)
      CHECK(target().client().remove(ref, {}, soon()));
    CHECK(target().client().merge_patch(node_claims_, versions_.value(), {}, soon()));
  }

 private:
  void create(json::Document crd) {
    const auto made = target().client().create_object(crd_type, "", crd.value(), {}, soon());
    REQUIRE_MESSAGE(made, made.error().describe());
    created_.push_back({crd_type, "", std::string(string_at(crd.value(), {"metadata", "name"}))});
  }

  void serve_old_node_claims() {
    const auto stored = target().client().get(node_claims_, soon());
    REQUIRE(stored);
    const auto* versions = json::find(stored->value(), {"spec", "versions"});
    REQUIRE(versions != nullptr);
    versions_ = json::Document(json::Object{{"spec", json::Object{{"versions", *versions}}}});
    auto both = *versions;
    auto old = both.get_array().front();
    old.get_object()["name"] = "v1beta1";
    old.get_object()["storage"] = false;
    old.get_object()["schema"] =
        value_of("{openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}");
    both.get_array().push_back(std::move(old));
    const json::Value patch = json::Object{{"spec", json::Object{{"versions", std::move(both)}}}};
    REQUIRE(target().client().merge_patch(node_claims_, patch, {}, soon()));
  }

  k8s::ObjectRef node_claims_{crd_type, "", "nodeclaims.karpenter.sh"};
  json::Document versions_;
  std::vector<k8s::ObjectRef> created_;
};

Result<json::Document> offered(const json::Value& object) {
  k8s::WriteOptions options;
  options.dry_run = k8s::DryRun::server;
  const auto& type = type_of(object);
  const std::string namespace_(string_at(object, {"metadata", "namespace"}));
  return target().client().create_object(type, type.namespaced ? namespace_ : "", object, options,
                                         soon());
}

TEST_CASE("every golden of the renderer is accepted by the API server") {
  const Scene scene;
  const RenderedKinds kinds;
  const auto folder = test::repository() / "tests/golden/render";
  std::size_t accepted = 0;
  for (const auto& file : yaml_files(folder)) {
    const bool expected = file.filename() == "expected.yaml";
    const bool example = file.string().find("/upstream/") != std::string::npos &&
                         file.filename() != "own-nodes.yaml";
    // What --force makes of names that no server would take.
    const bool hostile = file.parent_path().filename() == "hostile-text";
    if ((!expected && !example) || hostile) continue;
    for (const auto& document : documents_of(file)) {
      const auto answer = offered(document.value());
      CAPTURE(file.string());
      CAPTURE(string_at(document.value(), {"kind"}));
      CHECK_MESSAGE(answer, answer.error().describe());
      if (answer) ++accepted;
    }
  }
  CHECK(accepted > 300);
}

TEST_CASE("what render prints is what the server then has") {
  const Scene scene;
  const auto printed = scene.run({"render", "phi-3-mini", "--name", "shown", "--instance-type",
                                  "Standard_NC24ads_A100_v4", "-n", scene.namespace_()});
  INFO(printed.err);
  REQUIRE(printed.exit_code == 0);
  auto documents = json::load_yaml(printed.out, "stdout");
  REQUIRE(documents);
  REQUIRE(documents->size() == 4);
  for (const auto& document : *documents) {
    const auto& type = type_of(document.value.value());
    // As kubectl create has it: server-side apply refuses fields that a server is too old to know.
    const auto created = target().client().create_object(
        type, type.namespaced ? scene.namespace_() : "", document.value.value(), {}, soon());
    CHECK_MESSAGE(created, created.error().describe());
    const std::string name(string_at(document.value.value(), {"metadata", "name"}));
    if (!type.namespaced) CHECK(target().client().remove({type, "", name}, {}, soon()));
  }
  CHECK(scene.exists(scene.ref(k8s::types::stateful_set(), "shown")));
  CHECK(scene.exists(scene.ref(k8s::types::service(), "shown-headless")));
}

/// The sandbox brings no kubectl.
const bool no_kubectl = environment("KAITO_TEST_SERVER").empty();

TEST_CASE("what --output-dir writes is a kustomization" * doctest::skip(no_kubectl)) {
  const Scene scene;
  const std::string both =
      "apiVersion: kaito.sh/v1beta1\nkind: Workspace\n"
      "metadata: {name: NAME}\n"
      "resource:\n  instanceType: Standard_NC24ads_A100_v4\n"
      "  labelSelector: {matchLabels: {apps: NAME}}\n"
      "tuning:\n  preset: {name: phi-4-mini-instruct}\n  method: lora\n"
      "  input: {urls: ['https://example.com/a.parquet']}\n"
      "  output: {image: 'reg.example.com/out:1', imagePushSecret: s}\n---\n";
  std::string text;
  for (const std::string name : {"one", "two"}) {
    std::string document = both;
    for (auto at = document.find("NAME"); at != std::string::npos; at = document.find("NAME"))
      document.replace(at, 4, name);
    text += document;
  }
  const auto file = scene.write("both.yaml", text);
  const auto folder = (std::filesystem::path(file).parent_path() / "manifests").string();
  const auto written = scene.run({"render", "-f", file, "--output-dir", folder});
  INFO(written.err);
  REQUIRE(written.exit_code == 0);
  const auto printed = scene.run({"render", "-f", file});
  const auto built = Process(target().kubectl(), {"kustomize", folder},
                             {{{"HOME", folder}, {"PATH", environment("PATH")}}, ""})
                         .finish();
  INFO(built.err);
  CHECK(built.exit_code == 0);
  const auto objects = json::load_yaml(built.out, "kustomize");
  REQUIRE(objects);
  auto wanted = json::load_yaml(printed.out, "render");
  REQUIRE(wanted);
  CHECK(objects->size() == wanted->size());
  for (const auto& object : *wanted)
    CHECK_MESSAGE(
        std::any_of(objects->begin(), objects->end(),
                    [&](const json::YamlDocument& other) { return other.value == object.value; }),
        json::write(object.value.value()));
}

}  // namespace
}  // namespace kaito::e2e
