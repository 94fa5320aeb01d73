#include "kube/retry.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <charconv>
#include <condition_variable>
#include <mutex>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/kube/client.hpp"

namespace kaito::kube {
namespace {

using std::chrono::milliseconds;

constexpr unsigned max_retries = 5;
constexpr unsigned max_connect_retries = 2;
constexpr std::chrono::seconds long_connect{5};
constexpr milliseconds first_backoff{200};
constexpr milliseconds longest_backoff{10'000};
constexpr std::chrono::seconds longest_wish{60};

/// How often such a failure may be followed by another attempt.
unsigned retries_for(Repeatable request, const FailedAttempt& failed) {
  const bool read = request == Repeatable::read;
  const bool harmful = request == Repeatable::once || request == Repeatable::eviction;
  const bool wish = failed.retry_after.has_value();
  switch (failed.status) {
    case 0:
      if (failed.stage == net::Stage::connect)
        return failed.took < long_connect ? max_connect_retries : 0;
      if (failed.stage == net::Stage::handshake) return 0;
      return harmful ? 0 : max_retries;
    case 429:  // refused before it was acted upon
      return request == Repeatable::eviction ? 0 : max_retries;
    case 500:
      return wish && !harmful ? max_retries : 0;
    case 502:
      return read ? max_retries : 0;
    case 503:
      return read || wish ? max_retries : 0;
    case 504:
      return read ? 1 : 0;
    default:
      return 0;
  }
}

}  // namespace

std::optional<milliseconds> delay_before_next(Repeatable request, const FailedAttempt& failed,
                                              unsigned attempts, double random) {
  if (attempts > retries_for(request, failed)) return std::nullopt;
  if (failed.retry_after) {
    const milliseconds wish = *failed.retry_after;
    return wish + milliseconds(static_cast<long>(static_cast<double>(wish.count()) * random / 10));
  }
  const auto ceiling =
      std::min(longest_backoff, first_backoff * (1U << std::min(attempts - 1, 10U)));
  return milliseconds(static_cast<long>(static_cast<double>(ceiling.count()) * random));
}

Repeatable repeatable(const k8s::Request& request) {
  if (request.method == "GET" || request.method == "HEAD") return Repeatable::read;
  if (request.path.ends_with("/eviction")) return Repeatable::eviction;
  if (request.content_type.starts_with("application/apply-patch")) return Repeatable::idempotent;
  const bool whole = request.method == "PUT";
  const bool merge =
      request.method == "PATCH" && request.content_type.starts_with("application/merge-patch");
  if (!whole && !merge) return Repeatable::once;
  const auto body = json::parse(request.body);
  const bool versioned = body && !json::string_at(*body, {"metadata", "resourceVersion"}).empty();
  return versioned ? Repeatable::idempotent : Repeatable::once;
}

std::optional<std::chrono::seconds> retry_after(const net::HttpHead& head,
                                                const std::optional<k8s::Status>& status) {
  const auto text = trim(head.headers.get("Retry-After"));
  unsigned seconds = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  if (!text.empty() && stop == end && error == std::errc{})
    return std::min(std::chrono::seconds(seconds), longest_wish);
  if (!status || !status->retry_after_seconds) return std::nullopt;
  return std::min(std::chrono::seconds(*status->retry_after_seconds), longest_wish);
}

bool version_too_large(const std::optional<k8s::Status>& status) {
  return status && std::any_of(status->causes.begin(), status->causes.end(), [](const auto& cause) {
           return cause.reason == "ResourceVersionTooLarge";
         });
}

std::optional<k8s::Request> without_version(const k8s::Request& request) {
  bool versioned = false;
  for (const auto& [key, value] : request.query) {
    if (key == "watch") return std::nullopt;
    versioned = versioned || key == "resourceVersion";
  }
  if (!versioned) return std::nullopt;
  k8s::Request newest = request;
  std::erase_if(newest.query, [](const auto& parameter) {
    return parameter.first == "resourceVersion" || parameter.first == "resourceVersionMatch";
  });
  return newest;
}

bool outcome_unknown(const Error& error) {
  switch (error.code) {
    case ErrorCode::timeout:
    case ErrorCode::interrupted:
    case ErrorCode::protocol:
      return true;
    case ErrorCode::unreachable:
      return net::stage_of(error) == net::Stage::exchange;
    case ErrorCode::unavailable: {
      // 429 was refused before it was acted upon; the others may come from something in between.
      const auto* status = k8s::status_of(error);
      return status == nullptr || status->code != 429;
    }
    default:
      return false;
  }
}

std::string outcome_hint(const k8s::Request& request) {
  switch (repeatable(request)) {
    case Repeatable::read:
      return {};
    case Repeatable::idempotent:
      return "the server may have carried it out; doing it again does no harm";
    default:
      return "the server may have carried it out: look before you do it again";
  }
}

Result<void> wait(milliseconds duration, const CallLimits& limits) {
  const auto end = Deadline::after(duration);
  const auto until = end.sooner(limits.deadline);
  std::mutex mutex;
  std::condition_variable_any never_signalled;
  std::unique_lock lock(mutex);
  never_signalled.wait_until(lock, limits.stop, until.moment(), [] { return false; });
  if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
  if (until.moment() < end.moment()) return fail(ErrorCode::timeout, "timed out");
  return {};
}

}  // namespace kaito::kube
