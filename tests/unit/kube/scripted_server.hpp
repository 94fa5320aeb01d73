#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kaito/kube/client.hpp"
#include "kaito/net/server.hpp"

namespace kaito::kube::test {

struct Reply {
  int status = 200;
  std::string body = "{}";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string type = "application/json";
};

/// An HTTP server that gives its replies in order (the last one for ever) and remembers what it was
/// asked.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Reply> replies, net::ServerOptions options = {})
      : ScriptedServer(
            [this](const net::ServerRequest&, net::Responder& out, std::stop_token) {
              Reply reply;
              {
                const std::lock_guard lock(mutex_);
                reply = replies_[std::min(given_++, replies_.size() - 1)];
              }
              net::Headers headers;
              headers.add("Content-Type", reply.type);
              for (const auto& [name, value] : reply.headers)
                headers.add(name, value);
              static_cast<void>(out.respond(reply.status, headers, reply.body));
            },
            std::move(options)) {
    replies_ = std::move(replies);
  }

  explicit ScriptedServer(net::Handler handler, net::ServerOptions options = {})
      : secure_(!options.cert_pem.empty()), handler_(std::move(handler)) {
    auto server = net::HttpServer::start(
        std::move(options),
        [this](const net::ServerRequest& request, net::Responder& out, std::stop_token stop) {
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
          }
          handler_(request, out, std::move(stop));
        });
    REQUIRE(server);
    server_ = std::move(*server);
  }

  [[nodiscard]] std::vector<net::ServerRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  [[nodiscard]] ClusterConfig config() const {
    ClusterConfig config;
    config.server = {secure_, "127.0.0.1", server_->port(), ""};
    config.context = "ctx";
    config.user = "ada";
    config.origin = "/home/ada/.kube/config";
    return config;
  }

  [[nodiscard]] std::unique_ptr<Client> client(ClientLog log = {}) const {
    return client(config(), std::move(log));
  }
  [[nodiscard]] static std::unique_ptr<Client> client(ClusterConfig config, ClientLog log = {}) {
    auto client = Client::create(std::move(config), std::move(log));
    REQUIRE(client);
    return std::move(*client);
  }

 private:
  const bool secure_;
  net::Handler handler_;
  std::mutex mutex_;
  std::vector<Reply> replies_;
  std::size_t given_ = 0;
  std::vector<net::ServerRequest> requests_;
  std::unique_ptr<net::HttpServer> server_;  // last: its threads use the rest
};

/// Gives one credential, and after a refusal the next one, where there is one.
class RenewableCredential final : public CredentialSource {
 public:
  RenewableCredential(Credential first, std::optional<Credential> next)
      : current_(std::make_shared<const Credential>(std::move(first))), next_(std::move(next)) {}

  Result<std::shared_ptr<const Credential>> credential(const CallLimits& /*limits*/) override {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  Result<bool> renew_after_refusal(const std::shared_ptr<const Credential>& refused,
                                   const CallLimits& /*limits*/) override {
    const std::lock_guard lock(mutex_);
    if (next_ && *refused != *next_) current_ = std::make_shared<const Credential>(*next_);
    return *current_ != *refused;
  }
  std::string name() const override { return "a test"; }

 private:
  std::mutex mutex_;
  std::shared_ptr<const Credential> current_;
  const std::optional<Credential> next_;
};

/// Limits that no test should reach.
inline CallLimits soon() {
  return {Deadline::after(std::chrono::seconds(20)), {}};
}

inline std::string failure(int code, const std::string& reason, const std::string& message) {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" +
         message + R"(","reason":")" + reason + R"(","code":)" + std::to_string(code) + "}";
}

inline const k8s::ObjectRef workspace_x{k8s::types::workspace(), "default", "x"};

}  // namespace kaito::kube::test
