#include "sandbox/apiserver/pod_container.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::sandbox {
namespace {

[[nodiscard]] std::vector<std::string> container_names(const json::Value& pod) {
  std::vector<std::string> names;
  for (const std::string_view list : {"containers", "initContainers"}) {
    for (const json::Value& container : list_at(pod, {"spec", list}))
      names.emplace_back(json::string_at(container, {"name"}));
  }
  return names;
}

}  // namespace

Result<ContainerRef> choose_container(const Call& call, const json::Value& pod) {
  const std::vector<std::string> names = container_names(pod);
  const std::string asked = call.query.get("container");
  ContainerRef chosen{call.path.namespace_, call.path.name, asked};
  if (asked.empty()) {
    if (names.size() != 1)
      return fail(bad_request(
          fmt::format("a container name must be specified for pod {}, choose one of: [{}]",
                      call.path.name, join(names, " "))));
    chosen.container = names.front();
  } else if (std::ranges::find(names, asked) == names.end()) {
    return fail(
        bad_request(fmt::format("container {} is not valid for pod {}", asked, call.path.name)));
  }
  return chosen;
}

}  // namespace kaito::sandbox
