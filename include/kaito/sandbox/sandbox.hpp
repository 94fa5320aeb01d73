#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/net/certificate.hpp"

namespace kaito::sandbox {

/// How the simulated cluster behaves.
struct SandboxOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one
  /// Simulated seconds per real second: 1 plays minutes of GPU provisioning in real time; 60 makes
  /// a minute a second. 0: as fast as possible.
  double speed = 60.0;
  std::string bearer_token;   ///< "" = make a random one
  std::string limited_token;  ///< of "alice", who may what roles grant; "" = no such user
  bool run_actors =
      true;  ///< operator, provisioner, kubelet, model servers; off: an API server alone
  /// Called with each thing an actor does ("node aks-gpu-1 became Ready"). May be empty.
  std::function<void(const std::string& line)> on_event;
};

/// A simulated Kubernetes cluster with KAITO's operator in this process: API server over TLS with a
/// bearer token and client certificates, operator, node provisioner, kubelet and model servers.
/// Shares no code with the client above `net`. Everything it serves is simulated, and says so (node
/// label and model replies).
class Sandbox {
 public:
  /// Errors: failed (address in use).
  [[nodiscard]] static Result<std::unique_ptr<Sandbox>> start(SandboxOptions options);
  ~Sandbox();

  [[nodiscard]] std::string server_url() const;  ///< "https://127.0.0.1:PORT"
  [[nodiscard]] const std::string& ca_pem() const;
  [[nodiscard]] const std::string& bearer_token() const;
  /// A certificate that signs its owner in as this user of these groups, whatever token comes with
  /// it; the group "system:masters" may do everything, others what roles grant. Errors: internal.
  [[nodiscard]] Result<net::CertifiedKey> client_certificate(
      const std::string& user, const std::vector<std::string>& groups) const;
  /// A kubeconfig for it (context "kaitoctl-sandbox"): write it with mode 0600.
  [[nodiscard]] std::string kubeconfig() const;
  /// Changes the pace at run time.
  void set_speed(double speed);
  /// Drops the history, as a cluster does every few minutes: list pages and watches that began
  /// before now are 410 Expired.
  void forget_history();

 private:
  struct Impl;
  explicit Sandbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::sandbox
