#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kaito/net/client.hpp"
#include "kaito/net/server.hpp"

namespace kaito::e2e {

/// Passes TCP connections on to the API server without looking inside, and counts them.
class ConnectionCounter {
 public:
  ConnectionCounter();
  ~ConnectionCounter();
  ConnectionCounter(const ConnectionCounter&) = delete;
  ConnectionCounter& operator=(const ConnectionCounter&) = delete;
  [[nodiscard]] std::string url() const { return url_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all(const std::stop_token& stop);

  int listener_ = -1;
  std::string url_;
  std::atomic<int> connections_ = 0;
  std::jthread thread_;
};

/// A server of its own, with its own certificate, that passes requests on to the API server and
/// notes them: "GET /apis/...". No watches.
class RequestRecorder {
 public:
  RequestRecorder();
  [[nodiscard]] std::string url() const;
  [[nodiscard]] const std::string& ca_pem() const { return certificate_.ca_pem; }
  [[nodiscard]] std::vector<std::string> requests();

 private:
  void pass_on(const net::ServerRequest& request, net::Responder& responder,
               const std::stop_token& stop);

  net::SelfSigned certificate_;
  std::unique_ptr<net::HttpClient> client_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::unique_ptr<net::HttpServer> server_;  ///< last: stops before the rest goes
};

}  // namespace kaito::e2e
