#pragma once

#include <string_view>

#include "kaito/k8s/request.hpp"
#include "kaito/kube/client.hpp"

namespace kaito::ops {

/// The error for a cluster that serves the kind in neither version: says how to get it.
[[nodiscard]] Error kaito_not_installed(Error error, std::string_view kind);

inline constexpr std::string_view where_workspaces_are =
    "kaitoctl status -A lists the workspaces of all namespaces";

/// Calls `call` with the type in v1beta1, and again in v1alpha1 only where the cluster does not
/// serve v1beta1. Errors: not_served, with how to install KAITO; and call's own.
template <class Call>
auto in_served_version(const k8s::ResourceType& type, Call call) -> decltype(call(type)) {
  auto result = call(type);
  if (result || result.error().code != ErrorCode::not_served) return result;
  k8s::ResourceType older = type;
  older.version = type.version == "v1beta1" ? "v1alpha1" : "v1beta1";
  auto again = call(older);
  if (!again && again.error().code == ErrorCode::not_served)
    return fail(kaito_not_installed(std::move(again.error()), type.kind));
  return again;
}

}  // namespace kaito::ops
