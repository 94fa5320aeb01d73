#include "support/api_target.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "kaito/net/client.hpp"
#include "support/patience.hpp"
#include "support/repository.hpp"

namespace kaito::test {

namespace {

Target* the_target = nullptr;

std::vector<k8s::ResourceType> custom_types() {
  return {k8s::types::workspace("v1beta1"), k8s::types::workspace("v1alpha1"),
          k8s::types::inference_set("v1beta1"), k8s::types::inference_set("v1alpha1"),
          k8s::types::node_claim()};
}

/// The CRDs of KAITO and the NodeClaim's, from the files that the sandbox embeds.
std::vector<json::Document> crd_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::repository() / "lib/sandbox/crds"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<json::Document> crds;
  for (const auto& file : files) {
    auto documents = json::load_yaml(read_file(file), file.string());
    REQUIRE(documents);
    for (auto& document : *documents)
      crds.push_back(std::move(document.value));
  }
  REQUIRE(crds.size() == 3);
  return crds;
}

}  // namespace

Target& target() {
  return *the_target;
}

void set_target(Target* target) {
  the_target = target;
}

bool comes_true(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

CallLimits soon() {
  return {Deadline::after(patience), {}};
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets them
  return value == nullptr ? "" : value;
}

Result<void> Target::find_real(const std::string& server) {
  server_ = server;
  ca_pem_ = read_file(environment("KAITO_TEST_CA"));
  token_ = environment("KAITO_TEST_TOKEN");
  limited_token_ = environment("KAITO_TEST_TOKEN_LIMITED");
  client_certificate_ = {read_file(environment("KAITO_TEST_CLIENT_CERT")),
                         read_file(environment("KAITO_TEST_CLIENT_KEY"))};
  address_ = environment("KAITO_TEST_ADDRESS");
  kubectl_ = environment("KAITO_TEST_KUBECTL");
  audit_log_ = environment("KAITO_TEST_AUDIT_LOG");
  for (const auto* value : {&ca_pem_, &token_, &limited_token_, &client_certificate_.cert_pem,
                            &client_certificate_.key_pem, &address_, &kubectl_, &audit_log_})
    if (value->empty())
      return fail(ErrorCode::failed,
                  "KAITO_TEST_SERVER is set, but not all that goes with it: run this under "
                  "scripts/control-plane/run.sh");
  return {};
}

Result<void> Target::start_sandbox() {
  sandbox::SandboxOptions options;
  options.run_actors = false;
  address_ = options.address;
  limited_token_ = "a-token-of-little-use";
  options.limited_token = limited_token_;
  KAITO_TRY(sandbox_, sandbox::Sandbox::start(std::move(options)));
  server_ = sandbox_->server_url();
  ca_pem_ = sandbox_->ca_pem();
  token_ = sandbox_->bearer_token();
  KAITO_TRY(client_certificate_, sandbox_->client_certificate("an-admin", {"system:masters"}));
  return {};
}

Result<std::unique_ptr<Target>> Target::start(std::filesystem::path folder) {
  std::unique_ptr<Target> target(new Target(std::move(folder)));
  const auto server = environment("KAITO_TEST_SERVER");
  KAITO_CHECK(server.empty() ? target->start_sandbox() : target->find_real(server));
  kube::ClusterConfig config;
  KAITO_TRY(config.server, net::parse_url(target->server_));
  config.tls.ca_pem = target->ca_pem_;
  config.credentials = kube::fixed_token(target->token_);
  KAITO_TRY(target->client_, kube::Client::create(std::move(config)));
  return target;
}

void Target::install_crds() {
  if (crds_installed_) return;
  for (const auto& crd : crd_files()) {
    const auto created = client_->create_object(k8s::types::custom_resource_definition(), "",
                                                crd.value(), {}, soon());
    const bool there = created || created.error().code == ErrorCode::already_exists;
    REQUIRE_MESSAGE(there, created.error().describe());
  }
  for (const auto& type : custom_types()) {
    INFO(type.api_version() << " " << type.kind);
    REQUIRE(comes_true([&] { return client_->list(type, "", {}, soon()).has_value(); }));
  }
  crds_installed_ = true;
}

void Target::remove_crds() {
  crds_installed_ = false;
  for (const auto& crd : crd_files()) {
    const k8s::ObjectRef ref{k8s::types::custom_resource_definition(), "",
                             std::string(json::string_at(crd.value(), {"metadata", "name"}))};
    const auto removed = client_->remove(ref, {}, soon());
    const bool gone = removed || removed.error().code == ErrorCode::not_found;
    REQUIRE_MESSAGE(gone, removed.error().describe());
  }
  for (const auto& type : custom_types()) {
    INFO(type.api_version() << " " << type.kind);
    REQUIRE(comes_true([&] {
      const auto list = client_->list(type, "", {}, soon());
      return !list && list.error().code == ErrorCode::not_served;
    }));
  }
}

void Target::forget_history() {
  if (sandbox_ != nullptr) {
    sandbox_->forget_history();
    return;
  }
  // Its etcd takes JSON too. The last revision must stay, so that the present does.
  const auto list = client_->list(k8s::types::name_space(), "", {}, soon());
  REQUIRE_MESSAGE(list.has_value(), list.error().describe());
  net::ClientOptions options;
  options.server = *net::parse_url("http://127.0.0.1:2379");
  const auto etcd = net::HttpClient::create(std::move(options));
  REQUIRE(etcd);
  net::HttpRequest compact;
  compact.method = "POST";
  compact.target = "/v3/kv/compaction";
  compact.body = R"({"revision":")" + list->resource_version + R"(","physical":true})";
  const auto answer = (*etcd)->send(compact, soon());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
  // Somebody else may have compacted up to here.
  const bool done =
      answer->head.status == 200 || answer->body.find("compacted") != std::string::npos;
  REQUIRE_MESSAGE(done, answer->body);
}

}  // namespace kaito::test
