#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/k8s/request.hpp"
#include "kaito/k8s/status.hpp"
#include "kaito/net/failure.hpp"
#include "kaito/net/http.hpp"

namespace kaito::kube {

/// What sending a request twice can do.
enum class Repeatable : std::uint8_t {
  read,        ///< nothing: GET, HEAD, list, opening a watch
  idempotent,  ///< the same as once: server-side apply, and writes that carry a resourceVersion
  once,        ///< harm
  eviction,    ///< harm; and a 429 says that a disruption budget forbids it, not "later"
};

/// Of a request, which is looked into only where its verb does not tell.
[[nodiscard]] Repeatable repeatable(const k8s::Request& request);

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

/// The Retry-After header, where it is a number of seconds, else what the Status says; at most a
/// minute.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(
    const net::HttpHead& head, const std::optional<k8s::Status>& status);

/// Whether the server is asked for a state that it has not seen yet, and told to wait for long
/// enough: the next attempt should ask for whatever is newest.
[[nodiscard]] bool version_too_large(const std::optional<k8s::Status>& status);
/// The same request for whatever is newest; nothing where it names no version, or is a watch, which
/// would begin elsewhere.
[[nodiscard]] std::optional<k8s::Request> without_version(const k8s::Request& request);

/// What to do about a request whose outcome is not known; "" for one that changes nothing.
[[nodiscard]] std::string outcome_hint(const k8s::Request& request);

/// Waits. Errors: interrupted, timeout.
[[nodiscard]] Result<void> wait(std::chrono::milliseconds duration, const CallLimits& limits);

}  // namespace kaito::kube
