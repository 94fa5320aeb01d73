#pragma once

#include "kube/api_server.hpp"

namespace kaito::kube {

/// The items of a list, moved out of it, behind those that are there; its resourceVersion where
/// there is none yet.
void take_page(json::Value& page, const k8s::ResourceType& type, ObjectList& into);

/// As Client::list_pages. When the snapshot expires between pages the list starts over once; the
/// second time it goes on from where the server still can.
[[nodiscard]] Result<void> list_pages(ApiServer& server, const k8s::ResourceType& type,
                                      std::string_view namespace_, k8s::ListOptions options,
                                      const OnPage& on_page, const CallLimits& limits);

/// All pages. Errors: as Client::list.
[[nodiscard]] Result<ObjectList> list_all(ApiServer& server, const k8s::ResourceType& type,
                                          std::string_view namespace_,
                                          const k8s::ListOptions& options,
                                          const CallLimits& limits);

}  // namespace kaito::kube
