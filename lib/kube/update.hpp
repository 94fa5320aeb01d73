#pragma once

#include "kaito/kube/client.hpp"

namespace kaito::kube {

/// As Client::update. Source: kubernetes-client.md 3.6.
[[nodiscard]] Result<json::Document> update_object(Client& client, const k8s::ObjectRef& ref,
                                                   const Mutation& mutate,
                                                   const k8s::WriteOptions& options,
                                                   const CallLimits& limits,
                                                   std::string_view subresource);

/// What an autoscaling/v1 Scale says; absent numbers are 0.
[[nodiscard]] Scale read_scale(const json::Value& value);

}  // namespace kaito::kube
