#include "ops/operator_release.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

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

}  // namespace

Result<std::string> operator_release(kube::Client& client, const CallLimits& limits) {
  // The label that both the Helm chart and the AKS add-on give the operator's Deployment.
  k8s::ListOptions options;
  options.label_selector = "app.kubernetes.io/name=workspace";
  auto list = client.list(k8s::types::deployment(), "", options, limits);
  if (!list) {
    const auto code = list.error().code;
    // It would only make one check stricter; whoever may not look goes on without it.
    if (code == ErrorCode::unreachable || code == ErrorCode::unauthenticated ||
        code == ErrorCode::timeout || code == ErrorCode::interrupted)
      return fail(std::move(list.error()));
    return "";
  }
  for (const auto& deployment : list->items) {
    const auto* containers =
        json::find(deployment.value(), {"spec", "template", "spec", "containers"});
    if (containers == nullptr || !containers->is_array()) continue;
    for (const auto& container : containers->get_array()) {
      if (auto release = release_of_image(json::string_at(container, {"image"})); !release.empty())
        return release;
    }
  }
  return "";
}

}  // namespace kaito::ops
