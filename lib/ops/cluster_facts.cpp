#include "kaito/ops/cluster_facts.hpp"

#include "kaito/k8s/object_meta.hpp"
#include "ops/installed_operator.hpp"
#include "ops/workspaces.hpp"

namespace kaito::ops {

namespace {

/// Whether nothing more can be asked of the server.
bool ends_all(ErrorCode code) {
  return code == ErrorCode::unreachable || code == ErrorCode::unauthenticated ||
         code == ErrorCode::timeout || code == ErrorCode::interrupted;
}

/// The gates that validation minds, off unless they were turned on. Source: workspace-api.md 0.1.
void add_gates(const InstalledOperator& installed, validate::Context& context) {
  for (const char* gate : {"enableMIG", "enableAccelerator", "ModelStreaming"}) {
    const auto given = installed.feature_gates.find(gate);
    context.feature_gates[gate] = given != installed.feature_gates.end() && given->second;
  }
}

/// Nothing where we may not list them, which is not the same as none.
Result<std::optional<std::vector<validate::Node>>> read_nodes(kube::Client& client,
                                                              const CallLimits& limits) {
  auto list = client.list(k8s::types::node(), "", {}, limits);
  if (!list) {
    if (ends_all(list.error().code)) return fail(std::move(list.error()));
    return std::optional<std::vector<validate::Node>>();
  }
  std::vector<validate::Node> nodes;
  for (const auto& item : list->items) {
    std::vector<json::ReadProblem> ignored;
    k8s::ObjectMeta meta;
    json::ObjectReader object(item.value(), FieldPath(), ignored);
    if (auto reader = object.object("metadata")) k8s::read_meta(std::move(*reader), meta);
    nodes.push_back({std::move(meta.name), std::move(meta.labels)});
  }
  return std::optional(std::move(nodes));
}

}  // namespace

Result<ClusterFacts> cluster_facts(kube::Client& client, validate::Context context,
                                   const CallLimits& limits) {
  KAITO_TRY(const auto installed, installed_operator(client, limits));
  ClusterFacts facts;
  facts.context = std::move(context);
  auto& known = facts.context;
  if (known.operator_release.empty()) known.operator_release = installed.release;
  if (known.cloud.empty()) known.cloud = installed.cloud;
  if (!known.own_nodes_known) {
    known.own_nodes = installed.own_nodes;
    known.own_nodes_known = installed.own_nodes_known;
  }
  if (!installed.release.empty() || installed.own_nodes_known) add_gates(installed, known);
  known.node_classes = installed.node_classes;
  if (known.own_nodes) {
    KAITO_TRY(facts.nodes, read_nodes(client, limits));
  }
  return facts;
}

validate::Elsewhere objects_of(kube::Client& client, const CallLimits& limits) {
  using validate::Elsewhere;
  using validate::Reference;
  Elsewhere elsewhere;
  elsewhere.look_up = [&client, limits](Reference::Kind kind, const std::string& namespace_,
                                        const std::string& name) {
    const auto type =
        kind == Reference::Kind::config_map ? k8s::types::config_map() : k8s::types::secret();
    auto found = client.get({type, namespace_, name}, limits);
    if (found) return Elsewhere::Found{Elsewhere::Answer::found, std::move(*found)};
    const bool absent = found.error().code == ErrorCode::not_found;
    return Elsewhere::Found{absent ? Elsewhere::Answer::absent : Elsewhere::Answer::unknown, {}};
  };
  elsewhere.stored = [&client, limits](const std::string& kind, const std::string& namespace_,
                                       const std::string& name) {
    const auto type =
        kind == "InferenceSet" ? k8s::types::inference_set() : k8s::types::workspace();
    auto found = in_served_version(type, [&](const k8s::ResourceType& served) {
      return client.get({served, namespace_, name}, limits);
    });
    if (found) return Elsewhere::Found{Elsewhere::Answer::found, std::move(*found)};
    const bool absent = found.error().code == ErrorCode::not_found;
    return Elsewhere::Found{absent ? Elsewhere::Answer::absent : Elsewhere::Answer::unknown, {}};
  };
  return elsewhere;
}

}  // namespace kaito::ops
