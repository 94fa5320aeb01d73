#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "kaito/json/value.hpp"
#include "kaito/net/server.hpp"
#include "kaito/net/url.hpp"
#include "sandbox/apiserver/store.hpp"

namespace kaito::sandbox {

/// The kubelet of a node, a process that listens on this machine. It is asked as a kube-apiserver
/// asks one; `target` is a path and query of the kubelet's own.
class NodeKubelet {
 public:
  /// The one of the pod's node; nothing when that node names none on this machine: the simulated
  /// cluster's nodes are no machines.
  [[nodiscard]] static std::optional<NodeKubelet> of(const Store& store, const json::Value& pod);

  /// Fetches and passes on what comes, as it comes. Errors: internal, when it cannot be reached.
  [[nodiscard]] Result<void> pass(const std::string& target, net::Responder& responder,
                                  const std::stop_token& stop) const;
  /// Hands the upgrade that the request asks for on to the kubelet, and then bytes both ways until
  /// one end closes; an answer that is a refusal is passed on. Errors: internal, when it cannot be
  /// reached, or answers with neither.
  [[nodiscard]] Result<void> tunnel(const net::ServerRequest& request, const std::string& target,
                                    net::Responder& responder, const std::stop_token& stop) const;

 private:
  explicit NodeKubelet(net::Url url) : url_(std::move(url)) {}

  net::Url url_;
};

}  // namespace kaito::sandbox
