#include "kube/service_transport.hpp"

#include <utility>

#include "kaito/base/text.hpp"

namespace kaito::kube {
namespace {

class ServiceTransport final : public net::Transport {
 public:
  ServiceTransport(std::shared_ptr<ApiServer> server, std::string prefix)
      : server_(std::move(server)), prefix_(std::move(prefix)) {}

  Result<net::HttpResponse> send(const net::HttpRequest& request,
                                 const CallLimits& limits) override {
    return server_->send_once(behind_proxy(request), limits);
  }

  Result<std::unique_ptr<net::BodyStream>> open(const net::HttpRequest& request,
                                                const CallLimits& limits) override {
    return server_->open_once(behind_proxy(request), limits);
  }

 private:
  net::HttpRequest behind_proxy(const net::HttpRequest& request) const {
    net::HttpRequest wire;
    wire.method = request.method;
    // Without a slash behind "proxy" the API server answers with a redirect.
    wire.target = prefix_ + (request.target.starts_with('/') ? "" : "/") + request.target;
    // The API server takes Authorization for itself: a key meant for the service would be taken
    // for a token of ours, and would not reach the service anyway.
    for (const auto& [name, value] : request.headers.all())
      if (!equals_ignoring_case(name, "Authorization")) wire.headers.add(name, value);
    wire.body = request.body;
    return wire;
  }

  const std::shared_ptr<ApiServer> server_;
  const std::string prefix_;
};

}  // namespace

std::unique_ptr<net::Transport> make_service_transport(std::shared_ptr<ApiServer> server,
                                                       std::string prefix) {
  return std::make_unique<ServiceTransport>(std::move(server), std::move(prefix));
}

}  // namespace kaito::kube
