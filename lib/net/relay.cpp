#include "kaito/net/relay.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace kaito::net {
namespace {

constexpr std::size_t piece_size = std::size_t{16} << 10;
/// Of bytes that wait to be written: who has more to say is not read.
constexpr std::size_t most_waiting = std::size_t{256} << 10;

/// One of the two streams, which a single thread reads and writes.
struct End {
  ByteStream& stream;
  std::string outbox{};     ///< what it is still to be sent
  std::stop_source bell{};  ///< ends its read, for there is something to do
  bool ended = false;       ///< nothing more comes from it
};

class Relay {
 public:
  Relay(ByteStream& one, ByteStream& other, const CallLimits& limits)
      : limits_(limits), one_{one}, other_{other} {}

  Result<void> run() {
    const std::stop_callback on_stop(limits_.stop, [this] {
      const std::lock_guard hold(mutex_);
      ring(one_);
      ring(other_);
    });
    try {
      std::jthread helper([this] { serve(other_, one_); });
      serve(one_, other_);
    } catch (const std::system_error& error) {
      return fail(ErrorCode::failed, std::string("no thread to be had: ") + error.what());
    }
    if (problem_) return fail(std::move(*problem_));
    return {};
  }

 private:
  void ring(End& end) {
    end.bell.request_stop();
    changed_.notify_all();
  }

  void serve(End& mine, End& peer) {
    std::vector<char> buffer(piece_size);
    Result<std::size_t> step = std::size_t{1};
    while (step.has_value() && *step > 0)
      step = take_step(mine, peer, buffer);
    const std::lock_guard hold(mutex_);
    mine.ended = true;
    if (!step && !problem_) problem_ = std::move(step).error();
    ring(peer);
  }

  /// Writes what waits, or else reads; 0 when there is no use in going on.
  Result<std::size_t> take_step(End& mine, End& peer, std::vector<char>& buffer) {
    std::string waiting;
    std::stop_token bell;
    {
      std::unique_lock hold(mutex_);
      changed_.wait(hold, limits_.stop, [&] {
        return !mine.outbox.empty() || peer.ended || peer.outbox.size() < most_waiting;
      });
      if (limits_.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
      waiting = std::exchange(mine.outbox, {});
      if (waiting.empty() && peer.ended) return std::size_t{0};
      if (mine.bell.stop_requested()) mine.bell = std::stop_source();
      bell = mine.bell.get_token();
      changed_.notify_all();
    }
    if (!waiting.empty()) {
      KAITO_CHECK(mine.stream.write(waiting, limits_));
      return waiting.size();
    }
    const auto count = mine.stream.read_some(buffer, {limits_.deadline, bell});
    // The bell, not the caller: there is something to write.
    if (!count && count.error().code == ErrorCode::interrupted) return std::size_t{1};
    if (!count || *count == 0) return count;
    const std::lock_guard hold(mutex_);
    peer.outbox.append(buffer.data(), *count);
    ring(peer);
    return count;
  }

  const CallLimits& limits_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  End one_;
  End other_;
  std::optional<Error> problem_;
};

}  // namespace

Result<void> relay(ByteStream& one, ByteStream& other, const CallLimits& limits) {
  return Relay(one, other, limits).run();
}

}  // namespace kaito::net
