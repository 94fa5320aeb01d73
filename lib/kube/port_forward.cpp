#include "kube/port_forward.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/net/client.hpp"
#include "kaito/net/failure.hpp"
#include "kube/pod_socket.hpp"
#include "kube/service_transport.hpp"

namespace kaito::kube {
namespace {

constexpr const char* protocol = "v4.channel.k8s.io";
constexpr char data_channel = 0;
constexpr char error_channel = 1;

/// One TCP connection inside a WebSocket: a channel for the data, another for the node's errors;
/// each begins with a message that names the port.
class ForwardedPort final : public net::ByteStream {
 public:
  ForwardedPort(std::unique_ptr<net::WebSocket> socket, int port, std::string doing)
      : socket_(std::move(socket)), port_(port), doing_(std::move(doing)) {}

  Result<std::size_t> read_some(std::span<char> into, const CallLimits& limits) override {
    while (next_ == data_.size()) {
      auto message = socket_->receive(limits);
      if (!message) return fail(std::move(message).error().in(doing_));
      if (!*message) return std::size_t{0};
      KAITO_CHECK(take(std::move(**message)));
    }
    const auto size = std::min(into.size(), data_.size() - next_);
    std::memcpy(into.data(), data_.data() + next_, size);
    next_ += size;
    return size;
  }

  Result<void> write(std::string_view bytes, const CallLimits& limits) override {
    auto sent = send_on_channel(*socket_, data_channel, bytes, limits);
    if (!sent) return fail(std::move(sent).error().in(doing_));
    return {};
  }

  [[nodiscard]] bool peer_closed() const override { return socket_->peer_closed(); }
  [[nodiscard]] bool quiet() const override { return next_ == data_.size() && socket_->quiet(); }
  /// The protocol cannot close one direction alone: the end of the connection says it.
  void finish_writing() noexcept override {}
  [[nodiscard]] std::uint64_t bytes_sent() const override { return socket_->bytes_sent(); }

 private:
  Result<void> take(std::string message) {
    if (message.empty()) return strange("a message without a channel");
    const char channel = message.front();
    if (channel != data_channel && channel != error_channel)
      return strange("a message on a channel that was not opened");
    bool& named = channel == data_channel ? data_named_ : error_named_;
    if (!std::exchange(named, true)) {
      const std::string expected{channel, static_cast<char>(port_ & 0xff),
                                 static_cast<char>(port_ >> 8)};
      if (message != expected) return strange("it does not name the port");
      return {};
    }
    if (channel == error_channel && message.size() > 1)
      return fail(Error{ErrorCode::unreachable,
                        fmt::format("{}: the node says: {}", doing_,
                                    escape_controls(trim(std::string_view(message).substr(1)))),
                        {},
                        "check that something listens on that port in the pod",
                        std::make_shared<const net::Failure>(net::Stage::connect)});
    if (channel == data_channel) {
      data_ = std::move(message);
      next_ = 1;  // behind the channel
    }
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> strange(std::string_view why) const {
    return fail(ErrorCode::protocol, fmt::format("{}: not a proper port-forward: {}", doing_, why));
  }

  const std::unique_ptr<net::WebSocket> socket_;
  const int port_;
  const std::string doing_;
  std::string data_;
  std::size_t next_ = 0;  ///< of data_ that was not read yet
  bool data_named_ = false;
  bool error_named_ = false;
};

tl::expected<std::unique_ptr<net::ByteStream>, Declined> connect(ApiServer& server,
                                                                 const k8s::Request& request,
                                                                 int port,
                                                                 const CallLimits& limits) {
  auto socket = open_pod_socket(server, request, {protocol}, limits);
  if (!socket) return tl::unexpected<Declined>(std::move(socket).error());
  return std::make_unique<ForwardedPort>(std::move(*socket), port, request.doing);
}

class PodTransport final : public net::Transport {
 public:
  PodTransport(std::shared_ptr<ApiServer> server, k8s::Request forward, int port,
               std::unique_ptr<net::Transport> proxy)
      : server_(std::move(server)),
        forward_(std::move(forward)),
        port_(port),
        proxy_(std::move(proxy)) {}

  /// The transport over port-forwards; its connections are made by this object.
  Result<void> prepare() {
    net::ClientOptions options;
    options.server = {false, "localhost", static_cast<std::uint16_t>(port_), ""};
    options.dial = [this](const CallLimits& limits) { return dial(limits); };
    KAITO_TRY(over_forward_, net::HttpClient::create(std::move(options)));
    return {};
  }

  Result<net::HttpResponse> send(const net::HttpRequest& request,
                                 const CallLimits& limits) override {
    return by_some_road<net::HttpResponse>(
        request, [&](net::Transport& road) { return road.send(request, limits); });
  }

  Result<std::unique_ptr<net::BodyStream>> open(const net::HttpRequest& request,
                                                const CallLimits& limits) override {
    return by_some_road<std::unique_ptr<net::BodyStream>>(
        request, [&](net::Transport& road) { return road.open(request, limits); });
  }

 private:
  Result<std::unique_ptr<net::ByteStream>> dial(const CallLimits& limits) {
    auto stream = connect(*server_, forward_, port_, limits);
    if (stream) return std::move(*stream);
    // Nothing was sent on it, so that the request may go by the other road.
    if (stream.error().elsewhere) declined_ = true;
    return fail(std::move(stream.error().error));
  }

  /// Once the server has refused a port-forward it is not asked again.
  template <class Value, class Call>
  Result<Value> by_some_road(const net::HttpRequest& request, const Call& call) {
    // The API server would take a key that is meant for the pod.
    const bool forward_only = request.headers.has("Authorization");
    if (declined_ && !forward_only) return call(*proxy_);
    auto result = call(*over_forward_);
    if (result || !declined_) return result;
    if (forward_only)
      return fail(std::move(result).error().hinted(
          "a request with a key of its own cannot go through the API server's proxy"));
    server_->log().line(1, fmt::format("{}; through the API server's proxy from now on",
                                       escape_controls(result.error().describe())));
    return call(*proxy_);
  }

  const std::shared_ptr<ApiServer> server_;
  const k8s::Request forward_;
  const int port_;
  const std::unique_ptr<net::Transport> proxy_;
  std::atomic<bool> declined_ = false;
  std::unique_ptr<net::HttpClient> over_forward_;
};

}  // namespace

Result<std::unique_ptr<net::ByteStream>> open_port_forward(ApiServer& server,
                                                           const k8s::Request& request, int port,
                                                           const CallLimits& limits) {
  auto stream = connect(server, request, port, limits);
  if (!stream) return fail(std::move(stream.error().error));
  return std::move(*stream);
}

Result<std::unique_ptr<net::Transport>> make_pod_transport(std::shared_ptr<ApiServer> server,
                                                           std::string_view namespace_,
                                                           std::string_view pod, int port) {
  KAITO_TRY(auto forward, k8s::port_forward_request(namespace_, pod, port));
  KAITO_TRY(auto prefix, k8s::pod_proxy_path(namespace_, pod, port));
  auto proxy = make_service_transport(server, std::move(prefix));
  auto transport =
      std::make_unique<PodTransport>(std::move(server), std::move(forward), port, std::move(proxy));
  KAITO_CHECK(transport->prepare());
  return transport;
}

}  // namespace kaito::kube
