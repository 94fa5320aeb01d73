#pragma once

#include <string>
#include <string_view>

#include "render/subject.hpp"

namespace kaito::render {

/// What makes the Workspace's nodes: NodeClaims, a NodePool, or nothing. `storage` is the disk that
/// a claim asks for. Errors: invalid, for a node class that is not known. Source: 8.
[[nodiscard]] Result<void> add_nodes(const Subject& subject, std::int64_t target,
                                     std::string_view storage);

void add_node_claims(const Subject& subject, std::int64_t target, std::string_view storage);
[[nodiscard]] Result<void> add_node_pool(const Subject& subject, std::int64_t target);

/// "ws" and nine hex digits: random in a cluster, here from namespace, name and index.
[[nodiscard]] std::string claim_name(const Subject& subject, std::int64_t index);
/// One entry of spec.requirements.
void add_requirement(json::Items requirements, json::Literal key, json::Literal op,
                     std::string_view value);
/// taints: [{key: sku, value: gpu, effect: NoSchedule}]
void add_gpu_taints(json::Members spec);
/// resources: {"requests": {KEY: amount}}
void add_storage_request(json::Members spec, json::Literal key, std::string_view amount);

}  // namespace kaito::render
