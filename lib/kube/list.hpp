#pragma once

#include "kube/api_server.hpp"

namespace kaito::kube {

/// All pages of a list. When the snapshot expires between pages the list starts over once; the
/// second time it goes on from where the server still can. Errors: as Client::list.
[[nodiscard]] Result<ObjectList> list_all(ApiServer& server, const k8s::ResourceType& type,
                                          std::string_view namespace_, k8s::ListOptions options,
                                          const CallLimits& limits);

}  // namespace kaito::kube
