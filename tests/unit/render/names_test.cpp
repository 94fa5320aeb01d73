// Names and paths that the operator derives. Source: rendered-manifests.md, App. B.
#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "cases.hpp"
#include "kaito/json/json.hpp"
#include "render/image_reference.hpp"
#include "render/sha256.hpp"
#include "render/tuning.hpp"
#include "render/weights.hpp"

namespace kaito::render {
namespace {

TEST_CASE("sha256 gives the published digests") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1000, 'a')) ==
        "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}

TEST_CASE("a mirror is named after the model as it is spelt") {
  CHECK(mirror_name("microsoft/phi-4-mini-instruct") == "172f34");
  CHECK(mirror_name("microsoft/Phi-4-mini-instruct") == "9806f0");
  CHECK(mirror_name("Qwen/Qwen3-8B-AWQ") == "6bcb60");
}

TEST_CASE("a NodePool's name that would be too long is cut, and ends in a hash of the whole") {
  struct Row {
    std::string name;
    std::string pool;
  };
  for (const Row& row :
       std::vector<Row>{{std::string(60, 'b'), "ns-" + std::string(60, 'b')},
                        {std::string(61, 'b'), "ns-" + std::string(50, 'b') + "-fc411e1d8"}}) {
    CAPTURE(row.name);
    api::Workspace workspace = api::decode_workspace(test::documents_of(R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {namespace: ns}
resource: {instanceType: Standard_NC24ads_A100_v4}
inference: {preset: {name: phi-4-mini-instruct}}
)")
                                                         .front()
                                                         .value())
                                   .object;
    workspace.meta.name = row.name;
    RenderInput input = test::input_of({});
    input.provisioner = Provisioner::karpenter;
    const auto rendered = render(workspace, input);
    REQUIRE(rendered);
    const auto& pool = rendered->objects.front();
    CHECK(pool.string_at({"kind"}) == "NodePool");
    CHECK(pool.string_at({"metadata", "name"}) == row.pool);
  }
}

TEST_CASE("image references are normalised as docker does") {
  const std::string digest = "sha256:" + std::string(64, 'a');
  struct Row {
    std::string given;
    std::string expected;
  };
  for (const Row& row : std::vector<Row>{
           {"scratch", "docker.io/library/scratch:latest"},
           {"a.io/b/c", "a.io/b/c:latest"},
           {"a.io/b/c:1@" + digest, "a.io/b/c@" + digest},
           {"ACR_REPO_HERE.azurecr.io/X:1", "ACR_REPO_HERE.azurecr.io/X:1"},
           {"out", "docker.io/library/out:latest"},
           {"team/out:2", "docker.io/team/out:2"},
           {"localhost/out", "localhost/out:latest"},
           {"host:5000/out:1", "host:5000/out:1"},
           {"index.docker.io/library/x:1", "docker.io/library/x:1"},
           {"", ""},
           {"a..b", "a..b"},
           {"x:", "x:"},
           {"x; rm", "x; rm"},
       }) {
    CAPTURE(row.given);
    CHECK(normalized_image(row.given) == row.expected);
  }
}

TEST_CASE("the results' directory is below /mnt") {
  struct Row {
    std::string given;
    std::string expected;  ///< "": refused
  };
  for (const Row& row : std::vector<Row>{{"", "/mnt/output"},
                                         {"results", "/mnt/results"},
                                         {"/mnt/a/../b", "/mnt/b"},
                                         {"/mnt/a/", "/mnt/a"},
                                         {"/mntx/y", "/mntx/y"},
                                         {"/mnt", ""},
                                         {"/mnt/..", ""},
                                         {"../x", ""}}) {
    CAPTURE(row.given);
    const auto directory = output_directory(row.given);
    CHECK((directory ? *directory : "") == row.expected);
  }
}

TEST_CASE("a release is found by any of its spellings, an unknown one lists what there is") {
  for (const char* typed : {"v0.12.0", "0.12.0", "0.12", "v0.12", " 0.12 "})
    CHECK((*find_profile(typed))->release == "v0.12.0");
  CHECK((*find_profile("0.3"))->release == "v0.3.2");
  const auto unknown = find_profile("v0.5.0");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::usage);
  CHECK(unknown.error().hint == "there are: v0.3.2, v0.12.0");
}

TEST_CASE("feature gates") {
  FeatureGates gates;
  CHECK(set_gates(gates, "vLLM=false, enableMIG=true,enableBaseImageAutoUpgrade=true,"));
  CHECK_FALSE(gates.vllm);
  CHECK(gates.mig);
  for (const char* wrong : {"enableMig=true", "enableMIG", "enableMIG=yes"}) {
    CAPTURE(wrong);
    const auto result = set_gates(gates, wrong);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::usage);
  }
}

}  // namespace
}  // namespace kaito::render
