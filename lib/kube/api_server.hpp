#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "kaito/k8s/request.hpp"
#include "kaito/kube/client.hpp"
#include "kube/certified_transport.hpp"
#include "kube/log.hpp"
#include "kube/retry.hpp"

namespace kaito::kube {

/// What an API server answered, whatever its status.
struct Answer {
  net::HttpHead head;
  std::string body;                         ///< whole, unless there is a stream
  std::unique_ptr<net::BodyStream> stream;  ///< of a 2xx answer that was opened
  std::string earlier;                      ///< what an attempt before this one met, if different
};

/// The API server as one sends requests to it: credentials, impersonation, repetition and logs in
/// one place. Thread-safe. Shared by the client, its watches and its service transports.
class ApiServer {
 public:
  /// `certified`: makes the transport for a client certificate that the credentials bring; without
  /// it such certificates are not used.
  ApiServer(std::shared_ptr<net::Transport> transport, ClusterConfig config, ClientLog log,
            TransportFactory certified = {});

  [[nodiscard]] const ClusterConfig& config() const { return config_; }
  [[nodiscard]] RequestLog& log() { return log_; }

  /// Gets the credentials ready, where the server is given any. Errors: theirs.
  [[nodiscard]] Result<void> authenticate(const CallLimits& limits);

  /// The whole answer, after as many attempts as are safe. Errors: unreachable, timeout,
  /// interrupted, protocol, unauthenticated (no token to be had).
  [[nodiscard]] Result<Answer> send(const k8s::Request& request, const CallLimits& limits);
  /// The same, but a 2xx answer's body is left to be read.
  [[nodiscard]] Result<Answer> open(const k8s::Request& request, const CallLimits& limits);

  /// One attempt with credentials, and with errors that name the cluster: for requests that are not
  /// Kubernetes' own. Only a 401 is followed by another one, where the credentials can be renewed.
  [[nodiscard]] Result<net::HttpResponse> send_once(net::HttpRequest request,
                                                    const CallLimits& limits);
  [[nodiscard]] Result<std::unique_ptr<net::BodyStream>> open_once(net::HttpRequest request,
                                                                   const CallLimits& limits);

  [[nodiscard]] Result<net::Upgraded> upgrade_once(net::HttpRequest request,
                                                   const CallLimits& limits);

  /// The JSON of a 2xx answer; else the typed error of the answer.
  [[nodiscard]] Result<json::Value> decode(const k8s::Request& request, const Answer& answer) const;
  [[nodiscard]] Error error_of(const k8s::Request& request, const Answer& answer) const;

 private:
  enum class Reading : std::uint8_t { whole, stream };
  Result<Answer> repeat(const k8s::Request& request, Reading reading, const CallLimits& limits);
  /// What a request is sent with.
  struct Identity {
    std::shared_ptr<net::Transport> transport;
    std::shared_ptr<const Credential> credential;  ///< null: none that could be renewed
  };
  Result<Answer> attempt(const net::HttpRequest& request, net::Transport& transport,
                         Reading reading, const CallLimits& limits);
  /// How long to wait before another attempt; nothing: this result is the last. `instead` becomes
  /// the request to make then, where it should be another one.
  std::optional<std::chrono::milliseconds> delay_after(const k8s::Request& request,
                                                       const Result<Answer>& result,
                                                       unsigned attempts,
                                                       std::chrono::nanoseconds took,
                                                       std::optional<k8s::Request>& instead);
  /// The last result, with what an attempt before it met.
  Result<Answer> given_up(const k8s::Request& request, Result<Answer> result,
                          std::string earlier) const;
  Result<std::unique_ptr<net::BodyStream>> open_stream(const net::HttpRequest& request,
                                                       net::Transport& transport,
                                                       const CallLimits& limits);
  Result<net::Upgraded> upgrade(const net::HttpRequest& request, net::Transport& transport,
                                const CallLimits& limits);
  /// Adds credentials and who is impersonated. Errors: those of the credentials.
  Result<Identity> authorize(net::HttpRequest& request, const CallLimits& limits);
  /// After an answer: whether it refused credentials (401) that are others now.
  Result<bool> renew_if_refused(int status, const Identity& used, const CallLimits& limits);
  void log_credential_problem();
  [[nodiscard]] std::string url_of(const net::HttpRequest& request) const;
  [[nodiscard]] Error located(Error error) const;
  [[nodiscard]] std::string credentials_hint() const;
  double random();

  const ClusterConfig config_;
  CertifiedTransport transport_;  ///< behind config_, which it is made from
  RequestLog log_;
  std::mutex random_mutex_;
  std::minstd_rand random_{std::random_device{}()};
  std::mutex problem_mutex_;
  std::string credential_problem_;  ///< the last one logged
};

}  // namespace kaito::kube
