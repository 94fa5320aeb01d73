#include "kaito/kube/client.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/json/json.hpp"
#include "kaito/net/client.hpp"
#include "kube/api_server.hpp"
#include "kube/discovery.hpp"
#include "kube/list.hpp"
#include "kube/service_transport.hpp"
#include "kube/watch.hpp"

namespace kaito::kube {

struct Client::Impl {
  std::shared_ptr<ApiServer> server;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::create(ClusterConfig config, ClientLog log) {
  net::ClientOptions options;
  options.server = config.server;
  options.tls = config.tls;
  options.proxy = config.proxy;
  options.proxy_authorization = config.proxy_authorization;
  auto transport = net::HttpClient::create(std::move(options));
  if (!transport)
    return fail(std::move(transport).error().in(fmt::format(
        "cluster \"{}\", user \"{}\" (from {})", config.cluster, config.user, config.origin)));
  return over(std::shared_ptr<net::Transport>(std::move(*transport)), std::move(config),
              std::move(log));
}

std::unique_ptr<Client> Client::over(std::shared_ptr<net::Transport> transport,
                                     ClusterConfig config, ClientLog log) {
  auto impl = std::make_unique<Impl>();
  impl->server =
      std::make_shared<ApiServer>(std::move(transport), std::move(config), std::move(log));
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

const ClusterConfig& Client::config() const {
  return impl_->server->config();
}

Result<json::Document> Client::request(const k8s::Request& request, const CallLimits& limits) {
  KAITO_TRY(auto answer, impl_->server->send(request, limits));
  if (answer.head.status == 204) return json::Document();
  KAITO_TRY(auto value, impl_->server->decode(request, answer));
  return json::Document(std::move(value));
}

Result<json::Document> Client::get(const k8s::ObjectRef& ref, const CallLimits& limits) {
  KAITO_TRY(auto made, k8s::get_request(ref));
  return request(made, limits);
}

Result<ObjectList> Client::list(const k8s::ResourceType& type, std::string_view namespace_,
                                const k8s::ListOptions& options, const CallLimits& limits) {
  return list_all(*impl_->server, type, namespace_, options, limits);
}

Result<json::Document> Client::create_object(const k8s::ResourceType& type,
                                             std::string_view namespace_, const json::Value& object,
                                             const k8s::WriteOptions& options,
                                             const CallLimits& limits) {
  KAITO_TRY(auto made, k8s::create_request(type, namespace_, object, options));
  return request(made, limits);
}

Result<json::Document> Client::apply(const k8s::ObjectRef& ref, const json::Value& object,
                                     const k8s::WriteOptions& options, const CallLimits& limits,
                                     std::string_view subresource) {
  KAITO_TRY(auto made, k8s::apply_request(ref, subresource, object, options));
  return request(made, limits);
}

Result<json::Document> Client::merge_patch(const k8s::ObjectRef& ref, const json::Value& patch,
                                           const k8s::WriteOptions& options,
                                           const CallLimits& limits, std::string_view subresource) {
  KAITO_TRY(auto made, k8s::merge_patch_request(ref, subresource, patch, options));
  return request(made, limits);
}

Result<json::Document> Client::replace(const k8s::ObjectRef& ref, const json::Value& object,
                                       const k8s::WriteOptions& options, const CallLimits& limits,
                                       std::string_view subresource) {
  KAITO_TRY(auto made, k8s::replace_request(ref, subresource, object, options));
  return request(made, limits);
}

Result<Client::Deleted> Client::remove(const k8s::ObjectRef& ref, const k8s::DeleteOptions& options,
                                       const CallLimits& limits) {
  KAITO_TRY(auto made, k8s::delete_request(ref, options));
  KAITO_TRY(auto object, request(made, limits));
  Deleted deleted;
  if (!object) return deleted;
  if (auto status = k8s::read_status(object.value())) {
    deleted.uid = std::move(status->uid);
    return deleted;
  }
  deleted.gone = false;
  deleted.uid = std::string(json::string_at(object.value(), {"metadata", "uid"}));
  deleted.object = std::move(object);
  return deleted;
}

Result<std::unique_ptr<Watch>> Client::watch(const k8s::ResourceType& type,
                                             std::string_view namespace_,
                                             const k8s::WatchOptions& options,
                                             const CallLimits& limits) {
  KAITO_TRY(auto made, k8s::watch_request(type, namespace_, options));
  return open_watch(impl_->server, made, std::chrono::seconds(options.timeout_seconds), limits);
}

Result<std::vector<std::string>> Client::served_versions(std::string_view group,
                                                         const CallLimits& limits) {
  return kube::served_versions(*impl_->server, group, limits);
}

Result<bool> Client::serves(const k8s::ResourceType& type, const CallLimits& limits) {
  return kube::serves(*impl_->server, type, limits);
}

Result<std::string> Client::server_version(const CallLimits& limits) {
  return kube::server_version(*impl_->server, limits);
}

Result<std::unique_ptr<net::Transport>> Client::service_transport(std::string_view namespace_,
                                                                  std::string_view service,
                                                                  int port) {
  KAITO_TRY(auto prefix, k8s::service_proxy_path(namespace_, service, port));
  return make_service_transport(impl_->server, std::move(prefix));
}

}  // namespace kaito::kube
