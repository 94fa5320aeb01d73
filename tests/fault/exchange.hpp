#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "kaito/kube/client.hpp"
#include "kaito/net/server.hpp"

namespace kaito::fault {

/// An API server that knows one kind of object and counts what is written and which tunnels are
/// opened, by namespace: each case
/// has a namespace of its own, so that cases run side by side.
class CountingServer {
 public:
  explicit CountingServer(bool tls);

  /// Writes that the server carried out in the namespace, and tunnels that it opened.
  [[nodiscard]] int writes(const std::string& namespace_) const;
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  /// A client that comes to the server by way of `port`.
  [[nodiscard]] std::unique_ptr<kube::Client> client_through(std::uint16_t port) const;

 private:
  void answer(const net::ServerRequest& request, net::Responder& out, const std::stop_token& stop);

  net::SelfSigned identity_;
  mutable std::mutex mutex_;
  std::map<std::string, int> writes_;
  std::unique_ptr<net::HttpServer> server_;  // last: its threads use the rest
};

/// What a call came to.
struct Outcome {
  bool done = false;
  std::string seen;  ///< what the caller has in its hands, also after an error
  Error error;       ///< unless done
};

/// A kind of request, as kube::Client has it.
struct Exchange {
  enum class Repeats : std::uint8_t {
    harmless,  ///< reads, and writes that may arrive twice: repeated by the client
    never,     ///< a second one would do harm
  };
  const char* name;
  const char* method;
  Repeats repeats;
  bool writes;
  const char* expected;  ///< `seen` of a call that went well
  std::function<Outcome(kube::Client&, const std::string& namespace_, const CallLimits&)> call;
};

/// Every kind.
[[nodiscard]] const std::vector<Exchange>& exchanges();

[[nodiscard]] CallLimits within(std::chrono::milliseconds time);

}  // namespace kaito::fault
