#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "kaito/kube/client.hpp"
#include "kaito/ops/events.hpp"

namespace kaito::ops {

/// The port of a Workspace's Service. Source: inference-server.md 0.1.
inline constexpr int service_port = 80;
/// Of the container behind it.
inline constexpr int server_port = 5000;

/// The Workspace to talk to: the name itself, without asking the cluster; for an InferenceSet one
/// of its ready Workspaces. Errors: not_found, unavailable (none is ready), and the client's.
[[nodiscard]] Result<std::string> serving_workspace(kube::Client& client,
                                                    std::string_view namespace_,
                                                    std::string_view name, bool inference_set,
                                                    const CallLimits& limits);

/// The model server's HTTP: through the Service, by the API server's proxy; for whom that is
/// forbidden, after its first refusal, to the first pod that is ready (pods/portforward, or the
/// pod's own proxy), which is told. Where that cannot be either, the refusal of the proxy stands.
/// `client` must outlive it. One thread at a time. Errors: usage (a name that cannot be one).
[[nodiscard]] Result<std::unique_ptr<net::Transport>> serving_transport(kube::Client& client,
                                                                        std::string namespace_,
                                                                        std::string workspace,
                                                                        EventSink events);

/// Why a model server did not answer, when the Workspace knows better than the failed call: there
/// is no such Workspace (not_found), it tunes and serves nothing (invalid), it is not ready yet
/// (unavailable, with the reason of the condition). Other errors, and those of a healthy Workspace,
/// come back as they are. Asks the cluster only for errors that the Workspace could explain
/// (not_found, unavailable; not what the model server itself answered).
[[nodiscard]] Error explain_not_serving(kube::Client& client, std::string_view namespace_,
                                        std::string_view name, Error error,
                                        const CallLimits& limits);

}  // namespace kaito::ops
