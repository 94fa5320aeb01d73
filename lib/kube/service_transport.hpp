#pragma once

#include <memory>
#include <string>

#include "kube/api_server.hpp"

namespace kaito::kube {

/// A transport whose targets are put behind `prefix` ("/api/v1/namespaces/.../proxy") and sent once
/// each, never repeated.
[[nodiscard]] std::unique_ptr<net::Transport> make_service_transport(
    std::shared_ptr<ApiServer> server, std::string prefix);

}  // namespace kaito::kube
