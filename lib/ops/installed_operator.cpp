#include "ops/installed_operator.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <vector>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::ops {

namespace {

/// "mcr.microsoft.com/aks/kaito/workspace:0.12.0" -> "v0.12.0"; "" for other images.
std::string release_of_image(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const auto colon = image.rfind(':');
  if (colon == std::string_view::npos || image.find("kaito/workspace:") == std::string_view::npos)
    return "";
  std::string tag(image.substr(colon + 1));
  if (tag.starts_with("v")) tag.erase(0, 1);
  const bool numeric = !tag.empty() && std::all_of(tag.begin(), tag.end(), [](char c) {
    return c == '.' || (c >= '0' && c <= '9');
  });
  return numeric ? "v" + tag : "";
}

bool is_operator(const json::Value& container) {
  return json::string_at(container, {"image"}).find("kaito/workspace") != std::string_view::npos;
}

/// The words that the container is started with.
std::vector<std::string_view> words_of(const json::Value& container) {
  std::vector<std::string_view> words;
  for (const std::string_view part : {"command", "args"}) {
    const auto* list = json::find(container, {part});
    if (list == nullptr || !list->is_array()) continue;
    for (const auto& word : list->get_array()) {
      if (word.is_string()) words.emplace_back(word.get_string());
    }
  }
  return words;
}

/// The value of `--name=value` or `--name value`; "" when it is not given.
std::string_view flag(const std::vector<std::string_view>& words, std::string_view name) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with(name)) continue;
    const auto rest = words[i].substr(name.size());
    if (rest.starts_with("=")) return rest.substr(1);
    if (rest.empty() && i + 1 < words.size()) return words[i + 1];
  }
  return "";
}

std::string variable(const json::Value& container, std::string_view name) {
  const auto* list = json::find(container, {"env"});
  if (list == nullptr || !list->is_array()) return "";
  for (const auto& entry : list->get_array()) {
    if (json::string_at(entry, {"name"}) == name)
      return std::string(json::string_at(entry, {"value"}));
  }
  return "";
}

/// "enableMIG=true,vLLM=false"; what cannot be read is left out.
std::map<std::string, bool, std::less<>> read_gates(std::string_view text) {
  std::map<std::string, bool, std::less<>> gates;
  for (const std::string_view gate : split(text, ',')) {
    const auto equals = gate.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string value = to_lower(trim(gate.substr(equals + 1)));
    if (value == "true" || value == "false")
      gates[std::string(trim(gate.substr(0, equals)))] = value == "true";
  }
  return gates;
}

/// The names in the JSON list of --karpenter-node-classes.
std::optional<std::vector<std::string>> read_node_classes(std::string_view text) {
  const auto list = json::parse(text);
  if (!list || !list->is_array()) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& item : list->get_array())
    if (const auto name = json::string_at(item, {"name"}); !name.empty()) names.emplace_back(name);
  return names;
}

}  // namespace

InstalledOperator read_operator(const json::Value& deployment) {
  InstalledOperator found;
  const auto* containers = json::find(deployment, {"spec", "template", "spec", "containers"});
  if (containers == nullptr || !containers->is_array()) return found;
  for (const auto& container : containers->get_array()) {
    if (!is_operator(container)) continue;
    found.release = release_of_image(json::string_at(container, {"image"}));
    found.cloud = variable(container, "CLOUD_PROVIDER");
    const auto words = words_of(container);
    const auto provisioner = flag(words, "--node-provisioner");
    const auto gates = flag(words, "--feature-gates");
    found.feature_gates = read_gates(gates);
    found.node_classes = read_node_classes(flag(words, "--karpenter-node-classes"));
    if (!provisioner.empty()) {
      // Since 0.11 this flag decides, whatever the gate says.
      found.own_nodes = provisioner == "byo";
      found.own_nodes_known = true;
    } else if (!found.release.empty()) {
      found.own_nodes = gates.find("disableNodeAutoProvisioning=true") != std::string_view::npos;
      found.own_nodes_known = true;
    }
    return found;
  }
  return found;
}

Result<InstalledOperator> installed_operator(kube::Client& client, const CallLimits& limits) {
  // The label that both the Helm chart and the AKS add-on give the operator's Deployment.
  k8s::ListOptions options;
  options.label_selector = "app.kubernetes.io/name=workspace";
  auto list = client.list(k8s::types::deployment(), "", options, limits);
  if (!list) {
    const auto code = list.error().code;
    // It would only make some checks stricter; whoever may not look goes on without it.
    if (code == ErrorCode::unreachable || code == ErrorCode::unauthenticated ||
        code == ErrorCode::timeout || code == ErrorCode::interrupted)
      return fail(std::move(list.error()));
    return InstalledOperator{};
  }
  for (const auto& deployment : list->items) {
    auto found = read_operator(deployment.value());
    if (!found.release.empty() || found.own_nodes_known) return found;
  }
  return InstalledOperator{};
}

}  // namespace kaito::ops
