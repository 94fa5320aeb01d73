#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kaito/kube/client.hpp"
#include "kaito/sandbox/sandbox.hpp"

namespace kaito::test {

/// The API server that a suite runs against, and an administrator's client to play operator and
/// kubelet with.
class Target {
 public:
  /// Where KAITO_TEST_SERVER is set, the server that scripts/control-plane/run.sh has started; else
  /// a sandbox in this process, its actors off. `folder` is for files and stays until the end.
  /// Errors: as Sandbox::start and Client::create; failed, for an incomplete environment.
  [[nodiscard]] static Result<std::unique_ptr<Target>> start(std::filesystem::path folder);

  [[nodiscard]] bool is_real() const { return sandbox_ == nullptr; }
  [[nodiscard]] const std::string& server() const { return server_; }
  [[nodiscard]] const std::string& ca_pem() const { return ca_pem_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  /// Of "alice", who may do nothing.
  [[nodiscard]] const std::string& limited_token() const { return limited_token_; }
  /// Of an administrator.
  [[nodiscard]] const net::CertifiedKey& client_certificate() const { return client_certificate_; }
  /// Where a model server has to listen so that the service proxy reaches it; the API server
  /// listens there too.
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] const std::string& kubectl() const { return kubectl_; }      ///< "" in the sandbox
  [[nodiscard]] const std::string& audit_log() const { return audit_log_; }  ///< "" in the sandbox
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] kube::Client& client() const { return *client_; }

  /// KAITO's CRDs as the sandbox has them, created where they are missing; returns when they are
  /// served. Reports a failure otherwise.
  void install_crds();
  /// Deletes them and all their objects; returns when they are no longer served.
  void remove_crds();
  /// Makes the server forget what was before now, as it does by itself every few minutes: pages and
  /// lists of the past are 410 from here on.
  void forget_history();

 private:
  explicit Target(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] Result<void> find_real(const std::string& server);
  [[nodiscard]] Result<void> start_sandbox();

  std::filesystem::path folder_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::string server_;
  std::string ca_pem_;
  std::string token_;
  std::string limited_token_;
  net::CertifiedKey client_certificate_;
  std::string address_;
  std::string kubectl_;
  std::string audit_log_;
  std::unique_ptr<kube::Client> client_;
  bool crds_installed_ = false;
};

/// The one of this run; set by main before the first case.
[[nodiscard]] Target& target();
void set_target(Target* target);

/// Asks again and again until it is so; false when it is not so in time.
[[nodiscard]] bool comes_true(const std::function<bool()>& condition);
/// Limits of an ordinary call.
[[nodiscard]] CallLimits soon();
/// The whole file, or "".
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
[[nodiscard]] std::string environment(const char* name);

}  // namespace kaito::test
