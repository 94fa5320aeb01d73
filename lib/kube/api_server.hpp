#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "kaito/k8s/request.hpp"
#include "kaito/kube/client.hpp"
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
  ApiServer(std::shared_ptr<net::Transport> transport, ClusterConfig config, ClientLog log);

  [[nodiscard]] const ClusterConfig& config() const { return config_; }
  [[nodiscard]] RequestLog& log() { return log_; }

  /// The whole answer, after as many attempts as are safe. Errors: unreachable, timeout,
  /// interrupted, protocol, unauthenticated (no token to be had).
  [[nodiscard]] Result<Answer> send(const k8s::Request& request, const CallLimits& limits);
  /// The same, but a 2xx answer's body is left to be read.
  [[nodiscard]] Result<Answer> open(const k8s::Request& request, const CallLimits& limits);

  /// One attempt with credentials, and with errors that name the cluster: for requests that are not
  /// Kubernetes' own.
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
  Result<Answer> attempt(const net::HttpRequest& request, Reading reading,
                         const CallLimits& limits);
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
  /// Adds credentials; gives the token that went in.
  Result<std::string> authorize(net::HttpRequest& request);
  [[nodiscard]] std::string url_of(const net::HttpRequest& request) const;
  [[nodiscard]] Error located(Error error) const;
  [[nodiscard]] std::string credentials_hint() const;
  double random();

  const std::shared_ptr<net::Transport> transport_;
  const ClusterConfig config_;
  RequestLog log_;
  std::mutex random_mutex_;
  std::minstd_rand random_{std::random_device{}()};
  std::mutex problem_mutex_;
  std::string token_problem_;  ///< the last one logged
};

}  // namespace kaito::kube
