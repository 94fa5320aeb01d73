#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "kaito/kube/client.hpp"
#include "kaito/runtime/informer.hpp"
#include "runtime/backoff.hpp"
#include "runtime/feed.hpp"

namespace kaito::runtime {

/// Lists and watches into a feed until it is stopped. Source: kubernetes-client.md 4.3; client-go
/// tools/cache/reflector.go.
class Reflector {
 public:
  Reflector(kube::Client& client, const InformerOptions& options, Clock& clock, Feed& feed)
      : client_(client), options_(options), clock_(clock), feed_(feed) {}

  void run(const std::stop_token& stop);
  [[nodiscard]] Informer::State state() const;

 private:
  /// What comes after a watch.
  enum class Next : std::uint8_t { watch, list };

  Result<void> list(const std::stop_token& stop);
  Result<std::string> list_at(const std::string& version, std::int64_t limit,
                              std::vector<Store::Entry>& entries, const std::stop_token& stop);
  Next watch(const std::stop_token& stop);
  Result<std::unique_ptr<kube::Watch>> open(const std::stop_token& stop);
  Result<void> take(kube::WatchEvent event);
  /// Decides what comes after a failure, and waits where that is called for.
  Next after_failure(const Error& error, bool opened, const std::stop_token& stop);
  Next after_internal_error(const Error& error, const std::stop_token& stop);

  void pause(const Error& error, std::string_view then, const std::stop_token& stop);
  void failed(const Error& error);
  void log(int level, const std::string& line) const;

  kube::Client& client_;
  const InformerOptions& options_;
  Clock& clock_;
  Feed& feed_;
  Backoff backoff_;
  std::string version_;           ///< where the next watch begins
  bool version_is_gone_ = false;  ///< the server could not list at version_
  unsigned expired_ = 0;          ///< watches in a row that expired before they brought anything
  std::optional<Clock::TimePoint> internal_errors_since_;
  mutable std::mutex mutex_;  ///< of state_
  Informer::State state_;
};

}  // namespace kaito::runtime
