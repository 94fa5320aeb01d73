#include "kube/pod_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/net/framing.hpp"
#include "kube/log_position.hpp"
#include "kube/retry.hpp"

namespace kaito::kube {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_line = std::size_t{16} << 20;
constexpr milliseconds first_pause{200};
constexpr milliseconds longest_pause{10'000};

Result<Answer> open_log(ApiServer& server, const k8s::Request& request, const CallLimits& limits) {
  KAITO_TRY(auto answer, server.open(request, limits));
  // A pod that has no node yet has no log either: 204.
  if (answer.stream == nullptr) return fail(server.error_of(request, answer));
  return answer;
}

/// The lines of one answer.
class Lines {
 public:
  explicit Lines(std::unique_ptr<net::BodyStream> body) : body_(std::move(body)) {}

  /// Nothing at the end of the body.
  Result<std::optional<std::string>> next(const CallLimits& limits) {
    for (;;) {
      KAITO_TRY(auto line, lines_.next());
      if (line) return line;
      if (body_ == nullptr) return std::nullopt;
      KAITO_TRY(const auto piece, body_->read(limits));
      if (!piece.empty()) {
        lines_.feed(piece);
        continue;
      }
      body_.reset();
      if (auto rest = lines_.rest(); !rest.empty()) return rest;
    }
  }

 private:
  std::unique_ptr<net::BodyStream> body_;
  net::LineSplitter lines_{longest_line};
};

class PlainLog final : public PodLog {
 public:
  PlainLog(std::string doing, Lines lines) : doing_(std::move(doing)), lines_(std::move(lines)) {}

  Result<std::optional<std::string>> next(const CallLimits& limits) override {
    auto line = lines_.next(limits);
    if (!line) return fail(std::move(line).error().in(doing_));
    return line;
  }

 private:
  const std::string doing_;
  Lines lines_;
};

/// Whether the container will write no more: its pod is done, or it ended and is not started again.
bool has_ended(const json::Value& pod, std::string_view container) {
  const auto phase = json::string_at(pod, {"status", "phase"});
  if (phase == "Succeeded" || phase == "Failed") return true;
  const auto* statuses = json::find(pod, {"status", "containerStatuses"});
  if (statuses == nullptr || !statuses->is_array()) return false;
  for (const auto& status : statuses->get_array()) {
    if (!container.empty() && json::string_at(status, {"name"}) != container) continue;
    if (json::find(status, {"state", "terminated"}) == nullptr) return false;
    const auto policy = json::string_at(pod, {"spec", "restartPolicy"});
    const bool failed = json::int_at(status, {"state", "terminated", "exitCode"}) != 0;
    return policy == "Never" || (policy == "OnFailure" && !failed);
  }
  return false;
}

/// A log that goes on over connections that break. It asks for timestamps in any case, to know
/// where to go on.
class FollowedLog final : public PodLog {
 public:
  FollowedLog(std::shared_ptr<ApiServer> server, std::string namespace_, std::string pod,
              k8s::LogOptions options)
      : server_(std::move(server)),
        pod_{k8s::types::pod(), std::move(namespace_), std::move(pod)},
        shows_times_(options.timestamps),
        options_(std::move(options)) {
    options_.timestamps = true;
  }

  Result<void> open(const CallLimits& limits) {
    KAITO_TRY(const auto request, k8s::log_request(pod_.namespace_, pod_.name, options_));
    doing_ = request.doing;
    KAITO_TRY(auto answer, open_log(*server_, request, limits));
    lines_.emplace(std::move(answer.stream));
    return {};
  }

  Result<std::optional<std::string>> next(const CallLimits& limits) override {
    for (;;) {
      if (ended_) return std::nullopt;
      if (!lines_) {
        KAITO_CHECK(go_on(limits));
        continue;
      }
      auto line = lines_->next(limits);
      if (line && *line) {
        if (!position_.is_new(**line)) continue;
        pause_ = milliseconds(0);
        return shows_times_ ? std::move(**line) : std::string(without_timestamp(**line));
      }
      if (line) {
        lines_.reset();
        KAITO_CHECK(check_ended(limits));
        continue;
      }
      if (line.error().code != ErrorCode::unreachable)
        return fail(std::move(line).error().in(doing_));
      server_->log().line(4, fmt::format("{}: the stream broke: {}", doing_,
                                         escape_controls(line.error().describe())));
      lines_.reset();
    }
  }

 private:
  /// After an ordinary end of the stream. Sets ended_.
  Result<void> check_ended(const CallLimits& limits) {
    checks_ = true;
    // A part of a log that was asked for by its size is whole.
    if (options_.limit_bytes) {
      ended_ = true;
      return {};
    }
    KAITO_TRY(const auto request, k8s::get_request(pod_));
    KAITO_TRY(const auto answer, server_->send(request, limits));
    auto pod = server_->decode(request, answer);
    checks_ = false;
    if (!pod && pod.error().code != ErrorCode::not_found) return fail(std::move(pod).error());
    if (!pod) {
      ended_ = true;
      return {};
    }
    const auto uid = json::string_at(*pod, {"metadata", "uid"});
    // Another pod may have got the name, as in a StatefulSet.
    const bool other = !uid_.empty() && uid_ != uid;
    uid_ = std::string(uid);
    ended_ = other || has_ended(*pod, options_.container);
    return {};
  }

  /// Opens the log again from where it was, after a pause.
  Result<void> go_on(const CallLimits& limits) {
    if (checks_) {
      KAITO_CHECK(check_ended(limits));
      if (ended_) return {};
    }
    KAITO_CHECK(wait(pause_, limits));
    pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
    if (position_.known()) {
      options_.since_time = position_.since();
      options_.since_seconds.reset();
      options_.tail_lines.reset();
      position_.begin_again();
    }
    auto opened = open(limits);
    if (opened) return {};
    switch (opened.error().code) {
      case ErrorCode::not_found:
        ended_ = true;
        return {};
      case ErrorCode::invalid:  // waits to be started again
      case ErrorCode::failed:   // the node does not answer the API server
      case ErrorCode::unavailable:
      case ErrorCode::unreachable:
        return {};
      default:
        return opened;
    }
  }

  const std::shared_ptr<ApiServer> server_;
  const k8s::ObjectRef pod_;
  const bool shows_times_;
  k8s::LogOptions options_;
  std::string doing_;
  std::string uid_;  ///< of the pod, once it was looked at
  std::optional<Lines> lines_;
  LogPosition position_;
  milliseconds pause_{0};  ///< none before the first attempt after a line
  bool checks_ = false;    ///< whether the container has ended is still to be found out
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<PodLog>> open_pod_log(std::shared_ptr<ApiServer> server,
                                             std::string namespace_, std::string pod,
                                             const k8s::LogOptions& options,
                                             const CallLimits& limits) {
  if (options.follow && options.previous)
    return fail(ErrorCode::usage, "the log of a container that has ended cannot be followed");
  if (options.follow) {
    auto log = std::make_unique<FollowedLog>(std::move(server), std::move(namespace_),
                                             std::move(pod), options);
    KAITO_CHECK(log->open(limits));
    return log;
  }
  KAITO_TRY(const auto request, k8s::log_request(namespace_, pod, options));
  KAITO_TRY(auto answer, open_log(*server, request, limits));
  return std::make_unique<PlainLog>(request.doing, Lines(std::move(answer.stream)));
}

}  // namespace kaito::kube
