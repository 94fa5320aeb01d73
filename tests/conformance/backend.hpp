#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kaito/net/server.hpp"
#include "session.hpp"

namespace kaito::conformance {

/// An HTTP server where the API server's proxy reaches it. It remembers what it was asked.
class Backend {
 public:
  using Answer =
      std::function<void(const net::ServerRequest&, net::Responder&, const std::stop_token&)>;
  enum class Over : unsigned char { http, tls };
  explicit Backend(Answer answer, Over over = Over::http);

  [[nodiscard]] int port() const { return server_->port(); }
  /// The last request; an empty one when there was none.
  [[nodiscard]] net::ServerRequest last() const;

 private:
  mutable std::mutex mutex_;
  net::ServerRequest last_;
  std::unique_ptr<net::HttpServer> server_;  ///< last: stops before the rest goes
};

/// A node, a running pod NAME-0 at the address where backends listen, and a Service NAME with port
/// 80 (named "http") whose Endpoints lead to the pod's `port`.
void serve_at(Session& session, const std::string& name, int port);
/// The pod of serve_at alone, with these containers (JSON); its node's kubelet listens on
/// `kubelet_port`, where that is not 0.
void run_pod(Session& session, const std::string& name,
             const std::string& containers = R"([{"name": "c", "image": "i"}])",
             int kubelet_port = 0);

}  // namespace kaito::conformance
