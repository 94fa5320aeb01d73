#include "kube/pod_exec.hpp"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <charconv>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"
#include "kube/pod_socket.hpp"

namespace kaito::kube {
namespace {

constexpr const char* newer_protocol = "v5.channel.k8s.io";  ///< that can say that input ends
constexpr const char* older_protocol = "v4.channel.k8s.io";
constexpr char input_channel = 0;
constexpr char output_channel = 1;
constexpr char error_channel = 2;
constexpr char status_channel = 3;
constexpr char close_channel = '\xff';
constexpr std::size_t largest_status = std::size_t{64} << 10;
/// For a ping that the connection does not take.
constexpr std::chrono::seconds ping_patience{10};

/// The exit code that a Status stands for; nothing when the command did not run to its end.
std::optional<int> exit_code_of(const k8s::Status& status) {
  if (status.success) return 0;
  if (status.reason != "NonZeroExitCode") return std::nullopt;
  for (const auto& cause : status.causes) {
    if (cause.reason != "ExitCode") continue;
    int code = 0;
    const char* end = cause.message.data() + cause.message.size();
    const auto read = std::from_chars(cause.message.data(), end, code);
    if (read.ec == std::errc() && read.ptr == end) return code;
  }
  return std::nullopt;
}

class WebSocketExec final : public PodExec {
 public:
  WebSocketExec(std::unique_ptr<net::WebSocket> socket, std::string doing,
                const KeepAlive& keep_alive)
      : socket_(std::move(socket)), doing_(std::move(doing)), keep_alive_(keep_alive) {}

  Result<std::optional<Output>> next(const CallLimits& limits) override {
    while (!ended_) {
      auto message = receive(limits);
      // A server that has told how the command ended need not say goodbye.
      const bool broke = !message && message.error().code == ErrorCode::unreachable;
      if (broke && !status_.empty()) break;
      if (!message) return fail(std::move(message).error().in(doing_));
      if (!*message) break;
      KAITO_TRY(auto got, take(std::move(**message)));
      if (got) return got;
    }
    ended_ = true;
    return std::nullopt;
  }

  Result<int> exit_code() const override {
    if (status_.empty())
      return fail(ErrorCode::unreachable, doing_ + ": the connection ended before the command did");
    auto value = json::parse(status_);
    const auto told = value ? k8s::read_status(*value) : std::nullopt;
    if (!told)
      return fail(ErrorCode::protocol, doing_ + ": what the node says about its end is no Status");
    if (const auto code = exit_code_of(*told)) return *code;
    return fail(ErrorCode::failed,
                fmt::format("{}: {}", doing_, escape_controls(trim(told->message))));
  }

  Result<void> write(std::string_view bytes, const CallLimits& limits) override {
    auto sent = send_on_channel(*socket_, input_channel, bytes, limits);
    if (!sent) return fail(std::move(sent).error().in(doing_));
    return {};
  }

  Result<void> finish_writing(const CallLimits& limits) override {
    if (socket_->protocol() != newer_protocol)
      return fail(ErrorCode::not_served,
                  doing_ + ": this server cannot tell a command that its input ends",
                  "use a command that knows by itself when it has read enough");
    auto sent = socket_->send(std::string{close_channel, input_channel}, limits);
    if (!sent) return fail(std::move(sent).error().in(doing_));
    return {};
  }

 private:
  using Clock = Deadline::Clock;

  /// As of the WebSocket, and asks while it waits whether the node is still there.
  Result<std::optional<std::string>> receive(const CallLimits& limits) {
    for (;;) {
      const auto begin = Clock::now();
      if (begin >= next_ping_) {
        next_ping_ = begin + keep_alive_.ping_every;
        // What has come is read first: a ping to a node that has gone may cost the rest of it.
        if (socket_->quiet())
          KAITO_CHECK(socket_->ping({Deadline::after(ping_patience), limits.stop}));
      }
      auto message =
          socket_->receive({limits.deadline.sooner(Deadline::at(next_ping_)), limits.stop});
      // Only the time in here counts: what came while the caller was away is heard first.
      silence_ += Clock::now() - begin;
      if (message || socket_->pongs() != pongs_) silence_ = {};
      pongs_ = socket_->pongs();
      if (message || message.error().code != ErrorCode::timeout) return message;
      if (pongs_ > 0 && silence_ >= keep_alive_.give_up_after)
        return fail(ErrorCode::unreachable,
                    fmt::format("the node has not answered for {} s",
                                std::chrono::ceil<std::chrono::seconds>(silence_).count()));
      if (Clock::now() >= limits.deadline.moment()) return message;
    }
  }

  /// Nothing for a message that holds no output.
  Result<std::optional<Output>> take(std::string message) {
    if (message.empty()) return fail(ErrorCode::protocol, doing_ + ": a message without a channel");
    const char channel = message.front();
    message.erase(0, 1);
    switch (channel) {
      case output_channel:
      case error_channel:
        if (message.empty()) return std::nullopt;
        return Output{channel == error_channel, std::move(message)};
      case status_channel:
        if (status_.size() + message.size() > largest_status)
          return fail(ErrorCode::protocol, doing_ + ": the Status of its end is too large");
        status_ += message;
        return std::nullopt;
      case input_channel:  // opened with an empty message by some
      case close_channel:  // the node has closed one of its channels
        return std::nullopt;
      default:
        return fail(ErrorCode::protocol, doing_ + ": a message on a channel that was not opened");
    }
  }

  const std::unique_ptr<net::WebSocket> socket_;
  const std::string doing_;
  const KeepAlive keep_alive_;
  Clock::time_point next_ping_ = Clock::now() + keep_alive_.ping_every;
  Clock::duration silence_{};  ///< spent waiting since the last sign of life
  std::uint64_t pongs_ = 0;
  std::string status_;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<PodExec>> open_pod_exec(ApiServer& server, const k8s::Request& request,
                                               const CallLimits& limits) {
  auto socket = open_pod_socket(server, request, {newer_protocol, older_protocol}, limits);
  if (!socket) return fail(std::move(socket.error().error));
  return make_pod_exec(std::move(*socket), request.doing);
}

std::unique_ptr<PodExec> make_pod_exec(std::unique_ptr<net::WebSocket> socket, std::string doing,
                                       const KeepAlive& keep_alive) {
  return std::make_unique<WebSocketExec>(std::move(socket), std::move(doing), keep_alive);
}

}  // namespace kaito::kube
