#include "sandbox/apiserver/port_channels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace kaito::sandbox {
namespace {

/// Of bytes on their way in one direction: who has more is made to wait.
constexpr std::size_t kMostWaiting = std::size_t{256} << 10;
constexpr std::size_t kLargestMessage = std::size_t{32} << 10;
/// With a client that does not read.
constexpr std::chrono::seconds kPatience{90};

/// What the ports' threads and the thread of the WebSocket hand to each other.
struct Exchange {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::deque<std::string> outgoing;  ///< messages
  std::size_t outgoing_bytes = 0;
  std::stop_source bell;  ///< ends the wait for a message: there is something else to do
  bool closed = false;    ///< the WebSocket is over
  std::size_t serving = 0;

  /// REQUIRES: the mutex is held.
  void post(std::string message) {
    outgoing_bytes += message.size();
    outgoing.push_back(std::move(message));
    ring();
  }
  void ring() {
    bell.request_stop();
    changed.notify_all();
  }
};

/// A port's data channel, as the connection that its server sees.
class Channel final : public net::ByteStream {
 public:
  Channel(Exchange& exchange, char number) : exchange_(exchange), number_(number) {}

  Result<std::size_t> read_some(std::span<char> into, const CallLimits& limits) override {
    std::unique_lock hold(exchange_.mutex);
    KAITO_CHECK(wait(hold, limits, [&] { return !incoming_.empty() || exchange_.closed; }));
    const std::size_t size = std::min(into.size(), incoming_.size());
    std::memcpy(into.data(), incoming_.data(), size);
    incoming_.erase(0, size);
    exchange_.changed.notify_all();  // there may be room again
    return size;
  }

  Result<void> write(std::string_view bytes, const CallLimits& limits) override {
    while (!bytes.empty()) {
      std::unique_lock hold(exchange_.mutex);
      KAITO_CHECK(wait(hold, limits, [&] {
        return exchange_.outgoing_bytes < kMostWaiting || exchange_.closed;
      }));
      if (exchange_.closed) return fail(ErrorCode::unreachable, "the connection is closed");
      const auto part = bytes.substr(0, kLargestMessage);
      exchange_.post(std::string(1, number_).append(part));
      sent_ += part.size();
      bytes.remove_prefix(part.size());
    }
    return {};
  }

  [[nodiscard]] bool peer_closed() const override {
    const std::lock_guard hold(exchange_.mutex);
    return exchange_.closed;
  }
  [[nodiscard]] bool quiet() const override {
    const std::lock_guard hold(exchange_.mutex);
    return incoming_.empty() && !exchange_.closed;
  }
  /// The protocol cannot close one direction alone.
  void finish_writing() noexcept override {}
  [[nodiscard]] std::uint64_t bytes_sent() const override { return sent_; }

  /// REQUIRES, of both: the mutex is held.
  void take_in(std::string_view bytes) { incoming_ += bytes; }
  [[nodiscard]] bool has_room() const { return incoming_.size() < kMostWaiting; }

 private:
  template <class Ready>
  Result<void> wait(std::unique_lock<std::mutex>& hold, const CallLimits& limits,
                    const Ready& ready) {
    if (limits.deadline.is_never())
      exchange_.changed.wait(hold, limits.stop, ready);
    else
      exchange_.changed.wait_until(hold, limits.stop, limits.deadline.moment(), ready);
    if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
    if (!ready()) return fail(ErrorCode::timeout, "timed out");
    return {};
  }

  Exchange& exchange_;
  const char number_;
  std::string incoming_;
  std::uint64_t sent_ = 0;
};

/// The WebSocket's side: its thread sends what the ports' threads post, and deals out what comes.
class Forwarding {
 public:
  Forwarding(net::WebSocket& socket, const ServePort& serve, const std::string& pod,
             std::stop_token stop)
      : socket_(socket), serve_(serve), pod_(pod), stop_(std::move(stop)) {}

  void run(const std::vector<int>& ports) {
    const std::stop_callback on_stop(stop_, [this] {
      const std::lock_guard hold(exchange_.mutex);
      exchange_.ring();
    });
    for (std::size_t i = 0; i < ports.size(); ++i)
      open(i, ports[i]);
    while (take_step()) {
    }
    {
      const std::lock_guard hold(exchange_.mutex);
      exchange_.closed = true;
      exchange_.ring();
    }
    ending_.request_stop();
    threads_.clear();
  }

 private:
  static char number_of(std::size_t channel) { return static_cast<char>(channel); }

  void open(std::size_t index, int port) {
    Channel& channel = channels_.emplace_back(exchange_, number_of(2 * index));
    {
      const std::lock_guard hold(exchange_.mutex);
      const std::string name{static_cast<char>(port & 0xff), static_cast<char>(port >> 8)};
      exchange_.post(number_of(2 * index) + name);
      exchange_.post(number_of(2 * index + 1) + name);
      ++exchange_.serving;
    }
    try {
      threads_.emplace_back([this, &channel, index, port] {
        const bool served = serve_(port, channel, ending_.get_token());
        end(index, served ? std::string()
                          : fmt::format("error forwarding port {} to pod {}: dial tcp4 "
                                        "127.0.0.1:{}: connect: connection refused",
                                        port, pod_, port));
      });
    } catch (const std::system_error& error) {
      end(index, fmt::format("error forwarding port {} to pod {}: {}", port, pod_, error.what()));
    }
  }

  void end(std::size_t index, const std::string& why) {
    const std::lock_guard hold(exchange_.mutex);
    if (!why.empty()) exchange_.post(number_of(2 * index + 1) + why);
    --exchange_.serving;
    exchange_.ring();
  }

  /// False when the WebSocket is over.
  bool take_step() {
    std::deque<std::string> messages;
    std::stop_token bell;
    {
      std::unique_lock hold(exchange_.mutex);
      exchange_.changed.wait(hold, stop_, [&] {
        return !exchange_.outgoing.empty() || exchange_.serving == 0 || all_have_room();
      });
      if (stop_.stop_requested()) return false;
      messages = std::exchange(exchange_.outgoing, {});
      exchange_.outgoing_bytes = 0;
      if (messages.empty() && exchange_.serving == 0) return say_goodbye();
      if (exchange_.bell.stop_requested()) exchange_.bell = std::stop_source();
      bell = exchange_.bell.get_token();
      exchange_.changed.notify_all();
    }
    for (const std::string& message : messages) {
      if (!socket_.send(message, {Deadline::after(kPatience), stop_})) return false;
    }
    return !messages.empty() || receive(bell);
  }

  bool receive(const std::stop_token& bell) {
    const auto message = socket_.receive({Deadline::never(), bell});
    if (!message) return message.error().code == ErrorCode::interrupted;
    if (!*message) return false;
    const std::lock_guard hold(exchange_.mutex);
    const std::size_t number = (*message)->empty()
                                   ? channels_.size() * 2
                                   : static_cast<unsigned char>((*message)->front());
    // What comes on an error channel, or on none that there is, is of no use to anybody.
    if (number % 2 == 0 && number / 2 < channels_.size())
      channels_[number / 2].take_in(std::string_view(**message).substr(1));
    exchange_.changed.notify_all();
    return true;
  }

  /// REQUIRES: the mutex is held.
  [[nodiscard]] bool all_have_room() const {
    return std::ranges::all_of(channels_, [](const Channel& each) { return each.has_room(); });
  }

  /// The last thing that is said; false, as nothing follows.
  bool say_goodbye() {
    static_cast<void>(socket_.close({Deadline::after(kPatience), stop_}));
    return false;
  }

  net::WebSocket& socket_;
  const ServePort& serve_;
  const std::string& pod_;
  const std::stop_token stop_;
  std::stop_source ending_;  ///< of the ports' threads
  Exchange exchange_;
  std::deque<Channel> channels_;  // a deque: the threads refer to them
  std::list<std::jthread> threads_;
};

}  // namespace

void forward_ports(net::WebSocket& socket, const std::vector<int>& ports, const ServePort& serve,
                   const std::string& pod, const std::stop_token& stop) {
  Forwarding(socket, serve, pod, stop).run(ports);
}

}  // namespace kaito::sandbox
