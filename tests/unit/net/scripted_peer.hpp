#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "kaito/base/deadline.hpp"
#include "kaito/net/client.hpp"
#include "kaito/net/server.hpp"

namespace kaito::net::test {

/// The accepted end of a connection, for a script to do what no proper server does.
class PeerSocket {
 public:
  explicit PeerSocket(int handle) : handle_(handle) {}
  ~PeerSocket();
  PeerSocket(const PeerSocket&) = delete;
  PeerSocket& operator=(const PeerSocket&) = delete;

  void send(std::string_view bytes) const;
  /// One byte per segment.
  void send_bytewise(std::string_view bytes) const;
  /// Up to and with `end`; what came when the peer closed first.
  [[nodiscard]] std::string read_until(std::string_view end) const;
  /// What came when the peer closed first is shorter.
  [[nodiscard]] std::string read_exactly(std::size_t size) const;
  [[nodiscard]] std::string read_head() const { return read_until("\r\n\r\n"); }
  /// Waits until the peer closes, for at most five seconds.
  void wait_for_close() const;
  /// Connects to a port of this machine and carries bytes both ways until one side closes.
  void relay_to(std::uint16_t port) const;
  void close();
  void reset();  ///< closes with RST

 private:
  int handle_;
};

/// A raw server on loopback: runs the script once per connection, one connection at a time.
class ScriptedPeer {
 public:
  using Script = std::function<void(PeerSocket&, int connection)>;
  explicit ScriptedPeer(Script script);
  ~ScriptedPeer();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::jthread thread_;
};

[[nodiscard]] Url loopback(std::uint16_t port, bool tls = false);
[[nodiscard]] std::unique_ptr<HttpClient> client_of(ClientOptions options);
[[nodiscard]] std::unique_ptr<HttpClient> client_of(std::uint16_t port);
[[nodiscard]] std::unique_ptr<HttpServer> serve(Handler handler, ServerOptions options = {});

/// Long enough for any working call on a busy machine, short enough for a test that hangs.
[[nodiscard]] CallLimits patient();
[[nodiscard]] CallLimits within(std::chrono::milliseconds time);
[[nodiscard]] HttpRequest get(std::string target);
[[nodiscard]] HttpRequest post(std::string target, std::string body);

/// A value that a server's thread notes and the test reads.
template <class T>
class Noted {
 public:
  void set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  [[nodiscard]] T get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

class Stopwatch {
 public:
  [[nodiscard]] std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 started_);
  }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace kaito::net::test
