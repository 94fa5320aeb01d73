#include "gate.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace kaito::fault {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void no_delay(int handle) {
  const int one = 1;
  REQUIRE(::setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0);
}

/// All of it; false when the other side is gone. The sides read as fast as they can, so that this
/// does not wait for long.
bool send_all(int handle, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t sent = ::send(handle, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

void close_with_reset(int handle) {
  const linger now{1, 0};
  static_cast<void>(::setsockopt(handle, SOL_SOCKET, SO_LINGER, &now, sizeof now));
  ::close(handle);
}

std::size_t index(Way way) {
  return static_cast<std::size_t>(way);
}

}  // namespace

struct Gate::Connection {
  /// [0] the client's end, where what goes to the server is read; [1] the server's.
  std::array<int, 2> ends{-1, -1};
  std::array<std::size_t, 2> carried{};
  std::array<bool, 2> ended{};  ///< that end sent its last byte
  Fault fault;
  bool first = false;
  bool frozen = false;

  [[nodiscard]] bool over() const { return ends[0] < 0; }
  void close(bool reset) {
    for (int& end : ends) {
      if (end < 0) continue;
      reset ? close_with_reset(end) : static_cast<void>(::close(end));
      end = -1;
    }
  }
  ~Connection() { close(false); }
};

Gate::Gate(std::uint16_t server) : server_(server) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  REQUIRE(listener_ >= 0);
  REQUIRE(wake_ >= 0);
  sockaddr_in address = loopback(0);
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener_, 128) == 0);
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Gate::~Gate() {
  thread_.request_stop();
  static_cast<void>(::eventfd_write(wake_, 1));
  thread_.join();
  open_.clear();
  ::close(listener_);
  ::close(wake_);
}

void Gate::expect(std::vector<Fault> faults) {
  std::unique_lock lock(mutex_);
  faults_ = std::move(faults);
  const std::size_t wanted = ++generation_;
  REQUIRE(::eventfd_write(wake_, 1) == 0);
  started_.wait(lock, [&] { return reached_ >= wanted; });
}

std::size_t Gate::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::size_t Gate::struck() const {
  const std::lock_guard lock(mutex_);
  return struck_;
}

std::size_t Gate::carried(Way way) const {
  const std::lock_guard lock(mutex_);
  return carried_[index(way)];
}

void Gate::start_anew() {
  const std::lock_guard lock(mutex_);
  if (reached_ == generation_) return;
  // Who connected before belongs to the case before.
  open_.clear();
  for (int late = 0; (late = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
    ::close(late);
  connections_ = struck_ = 0;
  carried_ = {};
  reached_ = generation_;
  started_.notify_all();
}

void Gate::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  auto connection = std::make_unique<Connection>();
  connection->ends[0] = client;
  {
    const std::lock_guard lock(mutex_);
    connection->first = connections_ == 0;
    connection->fault = faults_[std::min(connections_, faults_.size() - 1)];
    ++connections_;
    if (connection->fault.kind == Fault::Kind::refuse) ++struck_;
  }
  if (connection->fault.kind == Fault::Kind::refuse) return connection->close(true);
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  connection->ends[1] = server;
  const sockaddr_in address = loopback(server_);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return connection->close(true);
  no_delay(client);
  no_delay(server);
  open_.push_back(std::move(connection));
}

/// True when the connection goes on past its fault. `bytes` are those that come after it.
bool Gate::strike(Connection& connection, const char* bytes, std::size_t count) {
  const Fault& fault = connection.fault;
  const int into = connection.ends[1 - index(fault.way)];
  {
    const std::lock_guard lock(mutex_);
    ++struck_;
  }
  switch (fault.kind) {
    case Fault::Kind::close:
    case Fault::Kind::reset:
      connection.close(fault.kind == Fault::Kind::reset);
      return false;
    case Fault::Kind::stall:
      connection.frozen = true;
      return false;
    case Fault::Kind::garbage:
      if (send_all(into, fault.bytes.data(), fault.bytes.size()) && send_all(into, bytes, count))
        return true;
      connection.close(false);
      return false;
    default:
      return true;
  }
}

void Gate::count_carried(Connection& connection, Way way, std::size_t bytes) {
  connection.carried[index(way)] += bytes;
  const std::lock_guard lock(mutex_);
  if (connection.first) carried_[index(way)] = connection.carried[index(way)];
}

void Gate::carry(Connection& connection, Way way) {
  const std::size_t from = index(way);
  std::array<char, 16384> buffer{};
  ssize_t got = ::recv(connection.ends[from], buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) return connection.close(true);
  const int into = connection.ends[1 - from];
  if (got == 0) {
    connection.ended[from] = true;
    static_cast<void>(::shutdown(into, SHUT_WR));
    if (connection.ended[0] && connection.ended[1]) connection.close(false);
    return;
  }
  const auto count = static_cast<std::size_t>(got);
  const Fault& fault = connection.fault;
  const std::size_t before = connection.carried[from];
  std::size_t clean = count;
  const bool due = fault.kind != Fault::Kind::none && fault.way == way && before <= fault.after &&
                   fault.after < before + count;
  if (due) clean = fault.after - before;
  // Before they go: who has read them may ask at once how many there were.
  count_carried(connection, way, clean);
  const bool sliced = fault.kind == Fault::Kind::slices && fault.way == way;
  bool alive = sliced ? true : send_all(into, buffer.data(), clean);
  for (std::size_t i = 0; sliced && alive && i < count; ++i)
    alive = send_all(into, buffer.data() + i, 1);
  if (!alive) return connection.close(true);
  if (due && strike(connection, buffer.data() + clean, count - clean))
    count_carried(connection, way, count - clean);
}

void Gate::run(const std::stop_token& stop) {
  std::vector<pollfd> waits;
  while (!stop.stop_requested()) {
    start_anew();
    std::erase_if(open_, [](const auto& each) { return each->over(); });
    waits.assign({{wake_, POLLIN, 0}, {listener_, POLLIN, 0}});
    for (const auto& each : open_) {
      for (std::size_t i = 0; i < 2; ++i) {
        const bool deaf = each->frozen || each->ended[i];
        waits.push_back({deaf ? -1 : each->ends[i], POLLIN, 0});
      }
    }
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[0].revents != 0) {
      eventfd_t ignored = 0;
      static_cast<void>(::eventfd_read(wake_, &ignored));
      continue;
    }
    const std::size_t known = open_.size();
    if (waits[1].revents != 0) accept_one();
    for (std::size_t i = 0; i < known; ++i) {
      for (const Way way : {Way::to_server, Way::to_client}) {
        Connection& connection = *open_[i];
        if (connection.over() || connection.frozen) break;
        if (waits[2 + 2 * i + index(way)].revents != 0) carry(connection, way);
      }
    }
  }
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count - 1;  // the folder's own
}

}  // namespace kaito::fault
