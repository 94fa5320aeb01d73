#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/call.hpp"
#include "sandbox/apiserver/node_kubelet.hpp"
#include "sandbox/apiserver/pod_container.hpp"

namespace kaito::sandbox {
namespace {

/// What of a container's log was asked for.
struct LogRequest {
  ContainerRef container;
  bool follow = false;
  bool timestamps = false;
  std::optional<std::int64_t> tail;
  std::optional<std::int64_t> most_bytes;
  std::optional<Instant> since;
};

/// A container that waits has no log yet. Errors: invalid as a BadRequest.
[[nodiscard]] Result<void> check_started(const json::Value& pod, const ContainerRef& container) {
  for (const json::Value& status : list_at(pod, {"status", "containerStatuses"})) {
    if (json::string_at(status, {"name"}) != container.container) continue;
    const std::string_view reason = json::string_at(status, {"state", "waiting", "reason"});
    if (!reason.empty())
      return fail(bad_request(fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}",
                                          container.container, container.pod, reason)));
  }
  return {};
}

[[nodiscard]] Result<std::optional<std::int64_t>> count_parameter(const Call& call,
                                                                  std::string_view name) {
  if (!call.query.has(name)) return std::nullopt;
  KAITO_TRY(const std::int64_t count, integer_parameter(call, name, 0));
  if (count < 0)
    return fail(invalid("PodLogOptions", "",
                        {invalid_field(std::string(name), std::to_string(count),
                                       "must be greater than or equal to 0")}));
  return count;
}

[[nodiscard]] Result<LogRequest> read_log_request(const Call& call, const json::Value& pod) {
  LogRequest log;
  KAITO_TRY(log.tail, count_parameter(call, "tailLines"));
  KAITO_TRY(log.most_bytes, count_parameter(call, "limitBytes"));
  KAITO_TRY(const auto since_seconds, count_parameter(call, "sinceSeconds"));
  if (since_seconds) log.since = call.store.now() - std::chrono::seconds(*since_seconds);
  if (const std::string text = call.query.get("sinceTime"); !text.empty()) {
    const auto time = parse_time(text);
    if (!time) return fail(bad_request("sinceTime: " + time.error().message));
    log.since = *time;
  }
  log.follow = call.query.flag("follow");
  log.timestamps = call.query.flag("timestamps");
  KAITO_TRY(log.container, choose_container(call, pod));
  return log;
}

/// Writes lines as they were asked for.
class LogWriter {
 public:
  LogWriter(const LogRequest& log, net::Responder& responder) : log_(log), responder_(responder) {}

  /// False when there is no use in going on.
  [[nodiscard]] bool write(const std::vector<LogLine>& lines, std::size_t first) {
    std::string text;
    for (std::size_t i = first; i < lines.size(); ++i) {
      if (log_.since && lines[i].time < *log_.since) continue;
      if (log_.timestamps) text += format_micro_time(lines[i].time) + " ";
      text += lines[i].text + "\n";
    }
    bool full = false;
    if (log_.most_bytes) {
      const std::size_t room = static_cast<std::size_t>(*log_.most_bytes) - written_;
      full = text.size() >= room;
      text.resize(std::min(text.size(), room));
    }
    written_ += text.size();
    return (text.empty() || responder_.write(text).has_value()) && !full;
  }

 private:
  const LogRequest& log_;
  net::Responder& responder_;
  std::size_t written_ = 0;
};

/// The first of `count` lines that the tail holds.
[[nodiscard]] std::size_t tail_start(const LogRequest& log, std::size_t count) {
  if (!log.tail || std::cmp_greater_equal(*log.tail, count)) return 0;
  return count - static_cast<std::size_t>(*log.tail);
}

/// The log's path and query at the kubelet.
[[nodiscard]] std::string kubelet_target(const Call& call, const ContainerRef& container) {
  const std::string_view query = split_target(call.request.target).second;
  return fmt::format("/containerLogs/{}/{}/{}{}{}", container.namespace_, container.pod,
                     container.container, query.empty() ? "" : "?", query);
}

constexpr std::chrono::milliseconds kLook{250};

void follow_log(const Call& call, const LogRequest& log, std::size_t from, LogWriter& writer,
                net::Responder& responder, const std::stop_token& stop) {
  while (!stop.stop_requested() && !responder.gone()) {
    const auto more = call.options.logs(log.container, from, true, {Deadline::after(kLook), stop});
    if (!more && more.error().code == ErrorCode::timeout) continue;
    if (!more || !writer.write(more->lines, 0)) return;
    from += more->lines.size();
    if (more->ended) return;
  }
}

}  // namespace

Result<void> stream_log(const Call& call, net::Responder& responder, const std::stop_token& stop) {
  KAITO_TRY(const ObjectPtr pod, call.store.get(call.ref()));
  KAITO_TRY(const LogRequest log, read_log_request(call, *pod));
  net::Headers headers;
  headers.add("Content-Type", "text/plain");
  if (json::string_at(*pod, {"spec", "nodeName"}).empty()) {
    static_cast<void>(responder.respond(204, headers, ""));  // a peer that is gone wants nothing
    return {};
  }
  KAITO_CHECK(check_started(*pod, log.container));
  if (const auto kubelet = NodeKubelet::of(call.store, *pod))
    return kubelet->pass(kubelet_target(call, log.container), responder, stop);
  LogRead read;
  read.ended = true;
  if (call.options.logs) {
    auto first = call.options.logs(log.container, 0, false, {Deadline::never(), stop});
    if (first) read = std::move(*first);
  }
  if (!responder.begin(200, headers)) return {};
  LogWriter writer(log, responder);
  if (!writer.write(read.lines, tail_start(log, read.lines.size()))) return {};
  if (log.follow && !read.ended) follow_log(call, log, read.lines.size(), writer, responder, stop);
  return {};
}

}  // namespace kaito::sandbox
