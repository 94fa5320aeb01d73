#include <algorithm>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"
#include "kaito/ops/pods.hpp"
#include "kaito/ops/serving.hpp"

namespace kaito::ops {

namespace {

/// The API server's own refusal, not a 403 of the model server. Nothing was done then.
bool is_forbidden_proxy(const net::HttpResponse& answer) {
  if (answer.head.status != 403) return false;
  const auto body = json::parse(answer.body);
  const auto status = body ? k8s::read_status(*body) : std::nullopt;
  return status && status->reason == "Forbidden";
}

/// A body that has been read, to be read again.
class ReadBody final : public net::BodyStream {
 public:
  explicit ReadBody(net::HttpResponse answer) : answer_(std::move(answer)) {}
  const net::HttpHead& head() const override { return answer_.head; }
  Result<std::string> read(const CallLimits&) override { return std::exchange(answer_.body, {}); }

 private:
  net::HttpResponse answer_;
};

/// A refusal's whole answer; errors as of the stream, and of a body that is no refusal's.
Result<net::HttpResponse> read_refusal(net::BodyStream& stream, const CallLimits& limits) {
  constexpr std::size_t largest = std::size_t{64} << 10;
  net::HttpResponse answer{stream.head(), {}};
  while (answer.body.size() <= largest) {
    KAITO_TRY(const std::string piece, stream.read(limits));
    if (piece.empty()) return answer;
    answer.body += piece;
  }
  return fail(ErrorCode::protocol, "the answer to a refused request is too large");
}

class ServingTransport final : public net::Transport {
 public:
  ServingTransport(kube::Client& client, std::unique_ptr<net::Transport> service,
                   std::string namespace_, std::string workspace, EventSink events)
      : client_(client),
        road_(std::move(service)),
        namespace_name_(std::move(namespace_)),
        workspace_(std::move(workspace)),
        events_(std::move(events)) {}

  Result<net::HttpResponse> send(const net::HttpRequest& request,
                                 const CallLimits& limits) override {
    auto answer = road_->send(request, limits);
    if (at_pod_ || !answer || !is_forbidden_proxy(*answer)) return answer;
    // Why there is no other road is no news beside the refusal.
    if (!go_to_pod(limits)) return answer;
    return road_->send(request, limits);
  }

  Result<std::unique_ptr<net::BodyStream>> open(const net::HttpRequest& request,
                                                const CallLimits& limits) override {
    auto stream = road_->open(request, limits);
    if (at_pod_ || !stream || (*stream)->head().status != 403) return stream;
    KAITO_TRY(auto refusal, read_refusal(**stream, limits));
    if (is_forbidden_proxy(refusal) && go_to_pod(limits)) return road_->open(request, limits);
    return std::make_unique<ReadBody>(std::move(refusal));
  }

 private:
  Result<void> go_to_pod(const CallLimits& limits) {
    KAITO_TRY(const std::string pod, ready_pod(limits));
    KAITO_TRY(road_, client_.pod_transport(namespace_name_, pod, server_port));
    at_pod_ = true;
    if (events_)
      events_({Event::Kind::note,
               "the service proxy is forbidden here: talking to pod \"" + pod + "\" itself",
               {}});
    return {};
  }

  /// Of several nodes the first one serves.
  Result<std::string> ready_pod(const CallLimits& limits) {
    KAITO_TRY(const auto pods, workspace_pods(client_, namespace_name_, workspace_, limits));
    const auto first =
        std::find_if(pods.begin(), pods.end(), [](const WorkspacePod& pod) { return pod.ready; });
    if (first != pods.end()) return first->name;
    return fail(ErrorCode::unavailable, "no pod of workspace \"" + workspace_ + "\" is ready");
  }

  kube::Client& client_;
  std::unique_ptr<net::Transport> road_;
  const std::string namespace_name_;
  const std::string workspace_;
  const EventSink events_;
  bool at_pod_ = false;
};

}  // namespace

Result<std::unique_ptr<net::Transport>> serving_transport(kube::Client& client,
                                                          std::string namespace_,
                                                          std::string workspace, EventSink events) {
  KAITO_TRY(auto service, client.service_transport(namespace_, workspace, service_port));
  return std::make_unique<ServingTransport>(client, std::move(service), std::move(namespace_),
                                            std::move(workspace), std::move(events));
}

}  // namespace kaito::ops
