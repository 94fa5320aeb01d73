#pragma once

#include <functional>
#include <string_view>

#include "kaito/k8s/request.hpp"
#include "kaito/kube/client.hpp"

namespace kaito::ops {

/// Called with each state of the object, and with nullptr when there is none (any more). True ends
/// the observation; an error ends it, too.
using Look = std::function<Result<bool>(const json::Document* object)>;

/// Follows one object until `look` has seen enough: a GET, in the version that is served, and a
/// watch from there; from the start again when the watch ends. A server that fails in between is
/// asked again, more and more slowly, for two minutes. Errors: those of `look`, timeout,
/// interrupted, and the client's: at once when the first GET fails or we may not watch.
[[nodiscard]] Result<void> observe(kube::Client& client, const k8s::ObjectRef& ref,
                                   const Look& look, const CallLimits& limits);

/// Called with all objects as they are now. True ends the observation; an error ends it, too.
using LookAtAll = std::function<Result<bool>(const kube::ObjectList& objects)>;

/// The same for the objects of a namespace that a label selector chooses: a list, and again one
/// whenever a watch tells of a change.
[[nodiscard]] Result<void> observe_all(kube::Client& client, const k8s::ResourceType& type,
                                       std::string_view namespace_, std::string_view label_selector,
                                       const LookAtAll& look, const CallLimits& limits);

}  // namespace kaito::ops
