#include "ops/installed_operator.hpp"

#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

namespace kaito::ops {
namespace {

InstalledOperator read(const std::string& container) {
  return read_operator(
      json::parse(R"({"spec": {"template": {"spec": {"containers": [{"image": "proxy:1"}, )" +
                  container + "]}}}}")
          .value());
}

TEST_CASE("what an operator's Deployment tells") {
  struct Row {
    std::string container;
    std::string release;
    std::string cloud;
    bool own_nodes;
    bool known;
  };
  const std::string current = R"("image": "mcr.microsoft.com/aks/kaito/workspace:0.12.0")";
  const std::string older = R"("image": "ghcr.io/kaito-project/kaito/workspace:v0.9.0@sha256:00")";
  const std::vector<Row> rows = {
      {"{" + current + R"(, "args": ["--node-provisioner=byo"],
         "env": [{"name": "CLOUD_PROVIDER", "value": "aws"}]})",
       "v0.12.0", "aws", true, true},
      {"{" + current + R"(, "args": ["--node-provisioner", "karpenter",
         "--feature-gates=disableNodeAutoProvisioning=true"]})",
       "v0.12.0", "", false, true},
      {"{" + current + "}", "v0.12.0", "", false, true},
      {"{" + older +
           R"(, "command": ["/m", "--feature-gates=vLLM=true,disableNodeAutoProvisioning=true"]})",
       "v0.9.0", "", true, true},
      {"{" + older + R"(, "args": ["--feature-gates=vLLM=true"]})", "v0.9.0", "", false, true},
      {R"({"image": "registry/kaito/workspace:nightly"})", "", "", false, false},
      {R"({"image": "registry/kaito/workspace:nightly", "args": ["--node-provisioner=byo"]})", "",
       "", true, true},
      {R"({"image": "somebody/else:1.0"})", "", "", false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.container);
    const auto found = read(row.container);
    CHECK(found.release == row.release);
    CHECK(found.cloud == row.cloud);
    CHECK(found.own_nodes == row.own_nodes);
    CHECK(found.own_nodes_known == row.known);
  }
  CHECK_FALSE(read_operator(json::parse("[]").value()).own_nodes_known);
}

}  // namespace
}  // namespace kaito::ops
