#include "kaito/net/server.hpp"

#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "net/server_connection.hpp"
#include "net/tcp.hpp"
#include "net/tls_stream.hpp"

namespace kaito::net {
namespace {

/// Connections over the bound that are still taken in, to be told so.
constexpr std::size_t most_refused_at_once = 16;
constexpr std::chrono::seconds handshake_time{10};
/// Before the next try when the process is out of file descriptors.
constexpr std::chrono::milliseconds accept_pause{50};

struct Worker {
  std::atomic<bool> done = false;
  bool refusing = false;
  std::jthread thread;  // last: joined before the rest goes
};

}  // namespace

struct HttpServer::Impl {
  ServerOptions options;
  Handler handler;
  std::shared_ptr<const TlsContext> tls;
  std::unique_ptr<TcpListener> listener;
  std::stop_source stop;
  std::list<Worker> workers;  // the accepting thread's own
  std::jthread accepting;

  ~Impl() {
    stop.request_stop();
    if (accepting.joinable()) accepting.join();
    workers.clear();
  }

  void serve(std::unique_ptr<TcpStream> tcp, bool refuse) {
    ConnectionPeer peer{tcp->peer(), {}, false};
    std::unique_ptr<ByteStream> stream = std::move(tcp);
    if (tls) {
      auto secured = TlsStream::accept(std::move(stream), tls,
                                       {Deadline::after(handshake_time), stop.get_token()});
      if (!secured) return;  // the peer's trouble; there is nobody to tell
      if (auto shown = (*secured)->peer_certificate()) {
        peer.strange_certificate = !shown->trusted;
        if (shown->trusted) peer.certificate = std::move(shown->subject);
      }
      stream = std::move(*secured);
    }
    ServerConnection(*stream, std::move(peer), options, handler, stop.get_token(), refuse).run();
  }

  void take_in(std::unique_ptr<TcpStream> tcp) {
    workers.remove_if([](const Worker& worker) { return worker.done.load(); });
    std::size_t serving = 0;
    for (const Worker& worker : workers)
      serving += worker.refusing ? 0U : 1U;
    const bool refuse = serving >= options.max_connections;
    if (refuse && workers.size() - serving >= most_refused_at_once) return;
    Worker& worker = workers.emplace_back();
    worker.refusing = refuse;
    // No thread to be had: the connection is dropped, the others live on.
    try {
      worker.thread = std::jthread([this, &worker, refuse, connection = std::move(tcp)]() mutable {
        serve(std::move(connection), refuse);
        worker.done = true;
      });
    } catch (const std::system_error&) {
      workers.pop_back();
    }
  }

  void accept_all() {
    const CallLimits limits{Deadline::never(), stop.get_token()};
    while (!stop.stop_requested()) {
      auto tcp = listener->accept(limits);
      if (tcp) {
        take_in(std::move(*tcp));
      } else if (tcp.error().code != ErrorCode::interrupted) {
        wait_a_little();
      }
    }
  }

  void wait_a_little() const {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    (void)never.wait_for(lock, stop.get_token(), accept_pause, [] { return false; });
  }
};

Result<ByteStream*> Responder::upgrade(const Headers& /*headers*/) {
  return fail(ErrorCode::failed, "this server cannot change the protocol of a connection");
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options, Handler handler) {
  auto impl = std::make_unique<Impl>();
  if (options.cert_pem.empty() != options.key_pem.empty()) {
    return fail(ErrorCode::failed, "a server needs both a certificate and its key, or neither");
  }
  if (!options.cert_pem.empty()) {
    KAITO_TRY(impl->tls,
              TlsContext::for_server(options.cert_pem, options.key_pem, options.client_ca_pem));
  } else if (!options.client_ca_pem.empty()) {
    return fail(ErrorCode::failed, "only a server with TLS can ask for client certificates");
  }
  KAITO_TRY(impl->listener, TcpListener::bind(options.address, options.port));
  impl->options = std::move(options);
  impl->handler = std::move(handler);
  Impl& server = *impl;
  server.accepting = std::jthread([&server] { server.accept_all(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const {
  return impl_->listener->port();
}

}  // namespace kaito::net
