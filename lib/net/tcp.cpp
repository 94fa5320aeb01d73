#include "net/tcp.hpp"

// Thread sanitizer does not model fences, and g++ warns about each. Asio's are there for handlers
// that hand data to other threads without a lock, which none here does.
#if defined(__SANITIZE_THREAD__)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <list>
#include <utility>

namespace kaito::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::chrono::milliseconds next_address_after{250};  // RFC 8305 section 5
constexpr int keep_alive_seconds = 30;

tl::unexpected<Error> interrupted() {
  return fail(ErrorCode::interrupted, "interrupted");
}
tl::unexpected<Error> timed_out() {
  return fail(ErrorCode::timeout, "timed out");
}

/// Before any work: a call that is already over does nothing.
Result<void> check(const CallLimits& limits) {
  if (limits.stop.stop_requested()) return interrupted();
  if (!limits.deadline.is_never() && Deadline::Clock::now() >= limits.deadline.moment()) {
    return timed_out();
  }
  return {};
}

/// Runs `io` until the operations started on it have ended. At the deadline or the stop request it
/// calls `cancel` on this thread, which must make them end. Tells only whether it came to that: an
/// operation that succeeded all the same is for the caller to see.
template <class Cancel>
Result<void> drive(asio::io_context& io, const CallLimits& limits, const Cancel& cancel) {
  bool stopped = false;
  bool late = false;
  {
    const std::stop_callback on_stop(limits.stop, [&] {
      asio::post(io, [&] {
        stopped = true;
        cancel();
      });
    });
    io.restart();
    if (limits.deadline.is_never()) {
      io.run();
    } else {
      io.run_until(limits.deadline.moment());
      if (!io.stopped()) {
        late = true;
        cancel();
        io.run();
      }
    }
  }
  // A stop that came as run() returned has left its handler behind, which refers to this frame.
  io.restart();
  io.poll();
  if (stopped) return interrupted();
  if (late) return timed_out();
  return {};
}

/// Programs that we start, such as credential plugins, must not inherit our connections; Asio 1.81
/// does not see to that.
void close_on_exec(int handle) {
  (void)fcntl(handle, F_SETFD, FD_CLOEXEC);
}

/// Failure to set an option is no reason to give up a connection that works.
void set_options(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const int seconds = keep_alive_seconds;
  const auto handle = socket.native_handle();
  close_on_exec(handle);
#ifdef TCP_KEEPIDLE
  (void)setsockopt(handle, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
#endif
#ifdef TCP_KEEPINTVL
  (void)setsockopt(handle, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
#endif
}

tcp::endpoint endpoint_of(const SocketAddress& address) {
  tcp::endpoint endpoint;
  endpoint.resize(address.size);
  std::memcpy(endpoint.data(), &address.storage, address.size);
  return endpoint;
}

/// One socket per address, started one after the other; the first that connects is kept.
class Race {
 public:
  Race(asio::io_context& io, const std::vector<SocketAddress>& addresses)
      : io_(io), addresses_(addresses), timer_(io) {}

  void start_next() {
    if (next_ == addresses_.size() || winner_) return;
    const SocketAddress& address = addresses_[next_++];
    tcp::socket& socket = sockets_.emplace_back(io_);
    socket.async_connect(endpoint_of(address), [this, &socket, &address](const error_code& ec) {
      ended(socket, address, ec);
    });
    if (next_ == addresses_.size()) return;
    timer_.expires_after(next_address_after);
    timer_.async_wait([this](const error_code& ec) {
      if (!ec) start_next();
    });
  }
  void cancel() {
    next_ = addresses_.size();
    timer_.cancel();
    for (auto& socket : sockets_) {
      error_code ignored;
      if (&socket != winner_) socket.close(ignored);
    }
  }
  [[nodiscard]] tcp::socket* winner() const { return winner_; }
  /// "refused the connection", or for several addresses why each of them failed.
  [[nodiscard]] std::string failures() const {
    if (failures_.size() == 1) return failures_.front().second;
    std::string text;
    for (const auto& [address, why] : failures_) {
      if (!text.empty()) text += "; ";
      text += address + ": " + why;
    }
    return text;
  }

 private:
  void ended(tcp::socket& socket, const SocketAddress& address, const error_code& ec) {
    if (winner_) return;
    if (!ec) {
      winner_ = &socket;
      cancel();
      return;
    }
    failures_.emplace_back(address.text(), ec == asio::error::connection_refused
                                               ? std::string("connection refused")
                                               : ec.message());
    timer_.cancel();
    start_next();
  }

  asio::io_context& io_;
  const std::vector<SocketAddress>& addresses_;
  asio::steady_timer timer_;
  std::list<tcp::socket> sockets_;  // a list: handlers hold references
  std::vector<std::pair<std::string, std::string>> failures_;
  std::size_t next_ = 0;
  tcp::socket* winner_ = nullptr;
};

short poll_now(int handle, short events) {
  pollfd wanted{handle, events, 0};
  return ::poll(&wanted, 1, 0) > 0 ? wanted.revents : static_cast<short>(0);
}

#ifdef POLLRDHUP
constexpr short peer_left = POLLRDHUP;
#else
constexpr short peer_left = 0;
#endif

}  // namespace

struct TcpStream::Impl {
  asio::io_context io{1};
  tcp::socket socket{io};
  std::uint64_t sent = 0;

  void become_ready() {
    error_code ignored;
    socket.non_blocking(true, ignored);
    set_options(socket);
  }

  Result<void> wait(tcp::socket::wait_type what, const CallLimits& limits) {
    error_code result = asio::error::operation_aborted;
    socket.async_wait(what, [&](const error_code& ec) { result = ec; });
    const auto driven = drive(io, limits, [this] {
      error_code ignored;
      socket.cancel(ignored);
    });
    if (!result) return {};
    if (!driven) return driven;
    return fail(ErrorCode::unreachable, result.message());
  }
};

TcpStream::TcpStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TcpStream::~TcpStream() = default;

Result<std::unique_ptr<TcpStream>> TcpStream::connect(const std::vector<SocketAddress>& addresses,
                                                      const CallLimits& limits) {
  KAITO_CHECK(check(limits));
  auto impl = std::make_unique<Impl>();
  {
    Race race(impl->io, addresses);
    race.start_next();
    const auto driven = drive(impl->io, limits, [&race] { race.cancel(); });
    if (race.winner() == nullptr) {
      if (!driven) return fail(driven.error());
      return fail(ErrorCode::unreachable, race.failures());
    }
    impl->socket = std::move(*race.winner());
  }
  impl->become_ready();
  return std::unique_ptr<TcpStream>(new TcpStream(std::move(impl)));
}

Result<std::size_t> TcpStream::read_some(std::span<char> into, const CallLimits& limits) {
  KAITO_CHECK(check(limits));
  for (;;) {
    error_code ec;
    const std::size_t count = impl_->socket.read_some(asio::buffer(into.data(), into.size()), ec);
    if (!ec) return count;
    if (ec == asio::error::eof) return std::size_t{0};
    if (ec != asio::error::would_block && ec != asio::error::try_again) {
      return fail(ErrorCode::unreachable, ec.message());
    }
    KAITO_CHECK(impl_->wait(tcp::socket::wait_read, limits));
  }
}

Result<void> TcpStream::write(std::string_view bytes, const CallLimits& limits) {
  KAITO_CHECK(check(limits));
  while (!bytes.empty()) {
    error_code ec;
    const std::size_t count =
        impl_->socket.write_some(asio::buffer(bytes.data(), bytes.size()), ec);
    impl_->sent += count;
    bytes.remove_prefix(count);
    if (!ec) continue;
    if (ec != asio::error::would_block && ec != asio::error::try_again) {
      return fail(ErrorCode::unreachable, ec.message());
    }
    KAITO_CHECK(impl_->wait(tcp::socket::wait_write, limits));
  }
  return {};
}

bool TcpStream::peer_closed() const {
  const int handle = impl_->socket.native_handle();
  if ((poll_now(handle, peer_left) & (peer_left | POLLHUP | POLLERR | POLLNVAL)) != 0) return true;
  if (peer_left != 0) return false;
  char byte = 0;
  return ::recv(handle, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

bool TcpStream::quiet() const {
  return poll_now(impl_->socket.native_handle(), static_cast<short>(POLLIN | peer_left)) == 0;
}

void TcpStream::finish_writing() noexcept {
  error_code ignored;
  impl_->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

std::uint64_t TcpStream::bytes_sent() const {
  return impl_->sent;
}

std::string TcpStream::peer() const {
  error_code ec;
  const auto endpoint = impl_->socket.remote_endpoint(ec);
  return ec ? std::string() : endpoint.address().to_string();
}

struct TcpListener::Impl {
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
};

TcpListener::TcpListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TcpListener::~TcpListener() = default;

Result<std::unique_ptr<TcpListener>> TcpListener::bind(const std::string& address,
                                                       std::uint16_t port) {
  error_code ec;
  const auto ip = asio::ip::make_address(address, ec);
  const auto problem = [&] {
    return fail(ErrorCode::failed, "cannot listen on " + address + " port " + std::to_string(port) +
                                       ": " + ec.message());
  };
  if (ec) return problem();
  auto impl = std::make_unique<Impl>();
  const tcp::endpoint endpoint(ip, port);
  impl->acceptor.open(endpoint.protocol(), ec);
  if (!ec) impl->acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) impl->acceptor.bind(endpoint, ec);
  if (!ec) impl->acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) impl->acceptor.non_blocking(true, ec);
  if (ec) return problem();
  close_on_exec(impl->acceptor.native_handle());
  return std::unique_ptr<TcpListener>(new TcpListener(std::move(impl)));
}

Result<std::unique_ptr<TcpStream>> TcpListener::accept(const CallLimits& limits) {
  KAITO_CHECK(check(limits));
  auto stream = std::make_unique<TcpStream::Impl>();
  for (;;) {
    error_code ec;
    impl_->acceptor.accept(stream->socket, ec);
    if (!ec) break;
    // A connection that was reset while it queued is not our failure.
    if (ec == asio::error::connection_aborted) continue;
    if (ec != asio::error::would_block && ec != asio::error::try_again) {
      return fail(ErrorCode::failed, "cannot accept a connection: " + ec.message());
    }
    error_code result = asio::error::operation_aborted;
    impl_->acceptor.async_wait(tcp::acceptor::wait_read, [&](const error_code& e) { result = e; });
    const auto driven = drive(impl_->io, limits, [this] {
      error_code ignored;
      impl_->acceptor.cancel(ignored);
    });
    if (result && !driven) return fail(driven.error());
  }
  stream->become_ready();
  return std::unique_ptr<TcpStream>(new TcpStream(std::move(stream)));
}

std::uint16_t TcpListener::port() const {
  error_code ec;
  const auto endpoint = impl_->acceptor.local_endpoint(ec);
  return ec ? std::uint16_t{0} : endpoint.port();
}

}  // namespace kaito::net
