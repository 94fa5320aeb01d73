#include "kaito/net/relay.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <functional>
#include <thread>

#include "net/tcp.hpp"
#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

/// A connection: the relay has one end, the test the other, which two threads may use at once.
struct Ends {
  std::unique_ptr<PeerSocket> far;
  std::unique_ptr<TcpStream> near;
};

Ends connected() {
  auto listener = TcpListener::bind("127.0.0.1", 0);
  REQUIRE(listener);
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((*listener)->port());
  REQUIRE(::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  auto near = (*listener)->accept(patient());
  REQUIRE(near);
  return {std::make_unique<PeerSocket>(handle), std::move(*near)};
}

std::string pattern(std::size_t size, std::size_t factor) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>(i * factor >> 3U);
  return text;
}

/// Runs the relay while `play` has the far ends, and gives what it returned.
Result<void> relayed(const CallLimits& limits,
                     const std::function<void(PeerSocket& one, PeerSocket& other)>& play) {
  const Ends left = connected();
  const Ends right = connected();
  Result<void> result;
  std::jthread relaying([&] { result = relay(*left.near, *right.near, limits); });
  play(*left.far, *right.far);
  relaying.join();
  return result;
}

}  // namespace

TEST_CASE("a relay carries both directions at once, also more than all buffers hold") {
  const std::string to_other = pattern(8'000'000, 7);
  const std::string to_one = pattern(9'000'000, 13);
  const auto result = relayed({}, [&](PeerSocket& one, PeerSocket& other) {
    {
      const std::jthread writes_one([&] { one.send(to_other); });
      const std::jthread writes_other([&] { other.send(to_one); });
      std::string at_other;
      {
        const std::jthread reads([&] { at_other = other.read_exactly(to_other.size()); });
        CHECK((one.read_exactly(to_one.size()) == to_one));
      }
      CHECK((at_other == to_other));
    }
    one.close();
  });
  CHECK(result);
}

TEST_CASE("what came before the end of either side still arrives, and then the relay is over") {
  for (const bool left_ends : {true, false}) {
    CAPTURE(left_ends);
    const std::string last = pattern(3'000'000, 3);
    const auto result = relayed({}, [&](PeerSocket& one, PeerSocket& other) {
      PeerSocket& ends = left_ends ? one : other;
      PeerSocket& hears = left_ends ? other : one;
      std::jthread writes([&] {
        ends.send(last);
        ends.close();
      });
      CHECK((hears.read_exactly(last.size()) == last));
    });
    CHECK(result);
  }
}

TEST_CASE("small messages go through a relay one by one, in turn") {
  const auto result = relayed({}, [&](PeerSocket& one, PeerSocket& other) {
    for (int i = 0; i < 200; ++i) {
      const std::string text = std::to_string(i);
      one.send(text);
      REQUIRE(other.read_exactly(text.size()) == text);
      other.send(text);
      REQUIRE(one.read_exactly(text.size()) == text);
    }
    other.close();
  });
  CHECK(result);
}

TEST_CASE("a relay ends at the stop, at its deadline, and when a side is reset") {
  std::stop_source stop;
  const auto stopped = relayed({Deadline::never(), stop.get_token()},
                               [&](PeerSocket&, PeerSocket&) { stop.request_stop(); });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::interrupted);
  const auto late = relayed(within(std::chrono::milliseconds(20)), [](auto&, auto&) {});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
  const auto broken = relayed({}, [](PeerSocket& one, PeerSocket&) { one.reset(); });
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == ErrorCode::unreachable);
}

}  // namespace kaito::net::test
