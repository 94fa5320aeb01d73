#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kaito::fault {

enum class Way : std::uint8_t { to_server, to_client };

/// What a gate does to one connection, once `after` bytes have gone that way and one more is due.
struct Fault {
  enum class Kind : std::uint8_t {
    none,
    refuse,   ///< resets the connection as soon as it is there
    close,    ///< ends both sides in the ordinary way; what came before still arrives
    reset,    ///< ends both sides with RST
    stall,    ///< nothing goes either way any more, and nothing is closed
    slices,   ///< from there on a byte at a time, each in a segment of its own
    garbage,  ///< puts `bytes` in between, then goes on
  };
  Kind kind = Kind::none;
  Way way = Way::to_client;
  std::size_t after = 0;
  std::string bytes;
};

/// A port of this machine before another one, with a fault for each connection that comes: a thread
/// that carries bytes. Made once and given new faults, so that thousands of cases cost no thread
/// each.
class Gate {
 public:
  explicit Gate(std::uint16_t server);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Closes what is open and starts anew: the n-th connection from here on gets the n-th fault,
  /// those after them the last one. Returns when that is so.
  void expect(std::vector<Fault> faults);

  /// Connections since then.
  [[nodiscard]] std::size_t connections() const;
  /// How often a fault came about.
  [[nodiscard]] std::size_t struck() const;
  /// Bytes that went that way over the first connection.
  [[nodiscard]] std::size_t carried(Way way) const;

 private:
  struct Connection;
  void run(const std::stop_token& stop);
  void start_anew();
  void accept_one();
  void count_carried(Connection& connection, Way way, std::size_t bytes);
  void carry(Connection& connection, Way way);
  bool strike(Connection& connection, const char* bytes, std::size_t count);

  const std::uint16_t server_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int wake_ = -1;
  std::vector<std::unique_ptr<Connection>> open_;  // the thread's own

  mutable std::mutex mutex_;
  std::condition_variable started_;  ///< reached_ has changed
  std::vector<Fault> faults_{{}};
  std::size_t generation_ = 0;  ///< counts expect()
  std::size_t reached_ = 0;     ///< the generation that the thread works in
  std::size_t connections_ = 0;
  std::size_t struck_ = 0;
  std::array<std::size_t, 2> carried_{};
  std::jthread thread_;  // last: it uses the rest
};

/// Open descriptors of this process.
[[nodiscard]] std::size_t open_descriptors();

}  // namespace kaito::fault
