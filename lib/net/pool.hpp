#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "net/connection.hpp"

namespace kaito::net {

/// Idle connections of one client. Shared with the streams it handed out, which may outlive it.
class Pool {
 public:
  explicit Pool(std::chrono::milliseconds idle_timeout) : idle_timeout_(idle_timeout) {}

  /// A connection that was used before and still looks alive, or null.
  [[nodiscard]] std::unique_ptr<Connection> take();
  /// Keeps the connection if another request may follow on it, else closes it.
  void give_back(std::unique_ptr<Connection> connection);

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    std::chrono::steady_clock::time_point since;
  };
  const std::chrono::milliseconds idle_timeout_;
  std::mutex mutex_;
  std::vector<Idle> idle_;  ///< longest idle first
};

}  // namespace kaito::net
