#include "scene.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <fstream>
#include <sstream>

#include "kaito/base/text.hpp"
#include "kaito/base/time.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::e2e {

namespace {

/// Sanitizers end a program with this code, which no command has.
constexpr const char* sanitizer_options = "exitcode=99";

/// Of this run alone: the server may have seen others.
std::string next_namespace() {
  static int count = 0;
  return fmt::format("e2e-{}-{}", ::getpid(), ++count);
}

std::string kaitoctl() {
  const auto given = environment("KAITOCTL");
  return given.empty() ? KAITO_E2E_KAITOCTL : given;
}

/// With KAITO_E2E_LOG=8 every kaitoctl of the suite logs that loudly, so that whatever it would
/// give away is seen (keep_secret).
std::string log_level() {
  return environment("KAITO_E2E_LOG");
}

/// A part of a scene has gone wrong: the case cannot go on.
template <class T>
T must(Result<T> result) {
  if (!result) {
    const std::string text = result.error().describe();
    FAIL(text);
  }
  return std::move(*result);
}

}  // namespace

Scene::Scene(Kaito kaito) : namespace_name_(next_namespace()) {
  if (kaito == Kaito::installed) target().install_crds();
  folder_ = target().folder() / namespace_name_;
  std::filesystem::create_directories(folder_ / "home");
  create(k8s::types::name_space(), fmt::format("{{apiVersion: v1, kind: Namespace, metadata: "
                                               "{{name: {}}}}}",
                                               namespace_name_));
  environment_ = {{"HOME", (folder_ / "home").string()},
                  {"PATH", environment("PATH")},
                  {"LC_ALL", "C.UTF-8"},
                  {"TERM", "dumb"},
                  {"ASAN_OPTIONS", sanitizer_options},
                  {"UBSAN_OPTIONS", sanitizer_options},
                  {"LSAN_OPTIONS", sanitizer_options}};
  connect(target().server(), target().ca_pem(), target().token());
}

std::string Scene::write(const std::string& name, std::string_view text) const {
  const auto path = folder_ / name;
  std::ofstream file(path);
  file << text << std::flush;
  REQUIRE(file.good());
  file.close();
  // Some of these files hold tokens, and kaitoctl warns when others could read them.
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return path.string();
}

void Scene::connect(const std::string& server, const std::string& ca_pem,
                    const std::string& token) {
  test::keep_secret(token);
  const std::string ca = write("ca.pem", ca_pem);
  environment_["KUBECONFIG"] = write(
      "kubeconfig", fmt::format("apiVersion: v1\n"
                                "kind: Config\n"
                                "current-context: e2e\n"
                                "contexts:\n"
                                "- {{name: e2e, context: {{cluster: e2e, user: e2e, namespace: "
                                "{}}}}}\n"
                                "clusters:\n"
                                "- {{name: e2e, cluster: {{server: \"{}\", "
                                "certificate-authority: \"{}\"}}}}\n"
                                "users:\n"
                                "- {{name: e2e, user: {{token: \"{}\"}}}}\n",
                                namespace_name_, server, ca, token));
}

void Scene::set_variable(const std::string& name, const std::string& value) {
  environment_[name] = value;
}

std::unique_ptr<Process> Scene::start(const std::vector<std::string>& arguments,
                                      const std::string& input) const {
  auto words = arguments;
  const bool quiet = std::find(words.begin(), words.end(), "-v") == words.end() && !words.empty();
  const bool logs = quiet && !log_level().empty();
  if (logs) words.insert(words.end(), {"-v", log_level()});
  return std::make_unique<Process>(kaitoctl(), words, Process::Options{environment_, input, logs});
}

std::unique_ptr<Terminal> Scene::at_terminal(const std::vector<std::string>& arguments) const {
  auto environment = environment_;
  environment["TERM"] = "xterm";
  environment["LANG"] = "C.UTF-8";
  // libedit never gives back two of its strings.
  environment["ASAN_OPTIONS"] = std::string(sanitizer_options) + ":detect_leaks=0";
  return std::make_unique<Terminal>(kaitoctl(), arguments, environment);
}

Outcome Scene::run(const std::vector<std::string>& arguments, const std::string& input) const {
  return start(arguments, input)->finish();
}

k8s::ObjectRef Scene::workspace_ref(std::string_view name) const {
  return ref(k8s::types::workspace(), name);
}

k8s::ObjectRef Scene::ref(const k8s::ResourceType& type, std::string_view name) const {
  return {type, namespace_name_, std::string(name)};
}

json::Value Scene::stored(const k8s::ObjectRef& ref) const {
  if (!target().is_real()) return must(target().client().get(ref, soon())).value();
  Process kubectl(target().kubectl(),
                  {"--kubeconfig", environment("KUBECONFIG"), "get",
                   fmt::format("{}.{}.{}", ref.type.plural, ref.type.version, ref.type.group),
                   ref.name, "-n", ref.namespace_, "-o", "json"},
                  {{{"HOME", environment_.at("HOME")}, {"PATH", environment("PATH")}}, ""});
  const auto outcome = kubectl.finish();
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  return must(json::parse(outcome.out));
}

json::Value Scene::stored_workspace(std::string_view name) const {
  return stored(workspace_ref(name));
}

std::string Scene::resource_version(std::string_view workspace) const {
  const auto object = must(target().client().get(workspace_ref(workspace), soon()));
  return std::string(json::string_at(object.value(), {"metadata", "resourceVersion"}));
}

bool Scene::exists(const k8s::ObjectRef& ref) const {
  const auto object = target().client().get(ref, soon());
  if (object) return true;
  REQUIRE_MESSAGE(object.error().code == ErrorCode::not_found, object.error().describe());
  return false;
}

std::size_t Scene::objects() const {
  std::size_t count = 0;
  for (const auto& type : {k8s::types::workspace(), k8s::types::inference_set(),
                           k8s::types::config_map(), k8s::types::secret()}) {
    const auto list = must(target().client().list(type, namespace_name_, {}, soon()));
    for (const auto& item : list.items) {
      // The controllers put a certificate and a token into every namespace.
      const auto name = json::string_at(item.value(), {"metadata", "name"});
      if (name != "kube-root-ca.crt" && !name.starts_with("default-token-")) ++count;
    }
  }
  return count;
}

void Scene::create(const k8s::ResourceType& type, std::string_view yaml) const {
  static_cast<void>(
      must(target().client().create_object(type, namespace_name_, value_of(yaml), {}, soon())));
}

void Scene::create_workspace(const std::string& name) const {
  create(k8s::types::workspace(), fmt::format(R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {{name: {}}}
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector: {{matchLabels: {{apps: phi-3}}}}
inference: {{preset: {{name: phi-3-mini-4k-instruct}}}}
)",
                                              name));
}

void Scene::patch_status(const k8s::ObjectRef& ref, std::string_view yaml) const {
  json::Object patch;
  patch["status"] = value_of(yaml);
  static_cast<void>(must(target().client().merge_patch(ref, patch, {}, soon(), "status")));
}

void Scene::patch(const k8s::ObjectRef& ref, std::string_view yaml) const {
  static_cast<void>(must(target().client().merge_patch(ref, value_of(yaml), {}, soon())));
}

json::Value value_of(std::string_view yaml) {
  const auto documents = must(json::load_yaml(yaml, "text"));
  REQUIRE(documents.size() == 1);
  return documents.front().value.value();
}

std::string condition(std::string_view type, std::string_view status, std::string_view reason,
                      std::string_view message) {
  const auto now =
      std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  return fmt::format(
      "{{type: {}, status: \"{}\", reason: {}, message: \"{}\", lastTransitionTime: \"{}\"}}", type,
      status, reason, message.empty() ? reason : message, format_time(now));
}

std::string conditions(const std::vector<std::string>& list) {
  return "conditions: [" + join(list, ", ") + "]\n";
}

std::vector<std::string> line_of(const std::string& text, std::string_view first) {
  for (const auto line : split(text, '\n')) {
    std::istringstream stream{std::string(line)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
      words.push_back(word);
    if (!words.empty() && words.front() == first) return words;
  }
  return {};
}

void make_ready(const Scene& scene, const std::string& name) {
  scene.patch_status(
      scene.workspace_ref(name),
      "targetNodeCount: 1\nworkerNodes: [model-node]\n" +
          conditions({condition("ResourceReady", "True", "workspaceResourceStatusSuccess"),
                      condition("InferenceReady", "True", "WorkspaceInferenceStatusSuccess"),
                      condition("WorkspaceSucceeded", "True", "workspaceSucceeded")}));
}

}  // namespace kaito::e2e
