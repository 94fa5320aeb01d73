#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/net/failure.hpp"
#include "kaito/net/http.hpp"

namespace kaito::kube {

/// What sending a request twice can do.
enum class Repeatable : std::uint8_t {
  read,        ///< nothing: GET, HEAD, list, opening a watch
  idempotent,  ///< the same as once: server-side apply, and writes that carry a resourceVersion
  once,        ///< harm
};

/// Why an attempt brought nothing.
struct FailedAttempt {
  int status = 0;                                   ///< of the answer; 0: there was none
  net::Stage stage = net::Stage::exchange;          ///< where there was none
  std::optional<std::chrono::seconds> retry_after;  ///< the server's wish
  std::chrono::nanoseconds took{0};
};

/// How long to wait before the next attempt; nothing when there should be none. `attempts`: how
/// many were made, at least 1; `random`: in [0, 1). Source: kubernetes-client.md 3.5; a connection
/// that cannot be made is tried again twice at most, and not after a long wait for it, so that a
/// person is told soon.
[[nodiscard]] std::optional<std::chrono::milliseconds> delay_before_next(
    Repeatable request, const FailedAttempt& failed, unsigned attempts, double random);

/// The Retry-After header, where it is a number of seconds; at most a minute.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const net::HttpHead& head);

/// Waits. Errors: interrupted, timeout.
[[nodiscard]] Result<void> wait(std::chrono::milliseconds duration, const CallLimits& limits);

}  // namespace kaito::kube
