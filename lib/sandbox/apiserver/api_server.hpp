#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/base/time.hpp"
#include "kaito/net/server.hpp"
#include "sandbox/apiserver/store.hpp"

namespace kaito::sandbox {

/// Where a request to a service or pod proxy goes: a container port of a pod that exists.
struct ProxyTarget {
  std::string namespace_;
  std::string service;  ///< "" when the pod was addressed itself
  std::string pod;
  std::string pod_ip;
  int port = 0;
};
/// Answers a proxied request (its target is what comes behind ".../proxy", with the query; no
/// Authorization). False when nothing listens there: the API server answers 503 then.
using ProxyHook = std::function<bool(const ProxyTarget& target, const net::ServerRequest& request,
                                     net::Responder& responder, std::stop_token stop)>;

/// Serves a connection to a port of a pod as long as it lasts. False, at once, when nothing listens
/// there.
using ConnectHook = std::function<bool(const ProxyTarget& target, net::ByteStream& connection,
                                       std::stop_token stop)>;

struct ContainerRef {
  std::string namespace_;
  std::string pod;
  std::string container;
};
struct LogLine {
  Instant time;
  std::string text;  ///< without the newline
};
struct LogRead {
  std::vector<LogLine> lines;
  bool ended = false;  ///< no line will ever follow
};
/// The container's lines from number `from` (0 = its first) on. With `wait`, blocks while there is
/// none and the container runs. Errors: timeout, interrupted; any other ends the log.
using LogHook = std::function<Result<LogRead>(const ContainerRef& container, std::size_t from,
                                              bool wait, const CallLimits& limits)>;

struct ApiServerOptions {
  std::string bearer_token;   ///< of the administrator; "" = everybody may do everything
  std::string limited_token;  ///< of "alice", who may look what is served, and what roles grant
  std::string git_version = "v1.33.0";
  std::chrono::milliseconds bookmark_interval{60'000};
  /// How long a read waits for a resourceVersion that is yet to come.
  std::chrono::milliseconds future_wait{3'000};
  /// Off: as servers before 1.25, which ignore fieldValidation.
  bool field_validation = true;
  ProxyHook proxy;      ///< empty: nothing listens anywhere
  ConnectHook connect;  ///< empty: nothing listens anywhere
  LogHook logs;         ///< empty: logs are empty
};

/// The Kubernetes API over a Store, as an HTTP handler. Source: kubernetes-client.md 3, 4, 6.
class ApiServer {
 public:
  /// `store` must outlive it.
  ApiServer(Store& store, ApiServerOptions options);
  ~ApiServer();

  /// Answers one request; watches and followed logs return when the peer goes or `stop` is
  /// triggered. Safe from many threads.
  void handle(const net::ServerRequest& request, net::Responder& responder, std::stop_token stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::sandbox
