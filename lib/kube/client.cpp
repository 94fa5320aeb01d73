#include "kaito/kube/client.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/json/json.hpp"
#include "kaito/net/client.hpp"
#include "kube/api_resources.hpp"
#include "kube/api_server.hpp"
#include "kube/deletion.hpp"
#include "kube/discovery.hpp"
#include "kube/list.hpp"
#include "kube/pod_exec.hpp"
#include "kube/pod_log.hpp"
#include "kube/port_forward.hpp"
#include "kube/service_transport.hpp"
#include "kube/update.hpp"
#include "kube/watch.hpp"

namespace kaito::kube {

struct Client::Impl {
  explicit Impl(std::shared_ptr<ApiServer> api) : server(std::move(api)) {}

  std::shared_ptr<ApiServer> server;
  Discovery discovery{server};
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::create(ClusterConfig config, ClientLog log) {
  net::ClientOptions options;
  options.server = config.server;
  options.tls = config.tls;
  options.proxy = config.proxy;
  TransportFactory certified =
      [options](const Credential& credential) -> Result<std::shared_ptr<net::Transport>> {
    auto with_certificate = options;
    with_certificate.tls.client_cert_pem = credential.client_cert_pem;
    with_certificate.tls.client_key_pem = credential.client_key_pem;
    KAITO_TRY(auto client, net::HttpClient::create(std::move(with_certificate)));
    return std::shared_ptr<net::Transport>(std::move(client));
  };
  auto transport = net::HttpClient::create(std::move(options));
  if (!transport)
    return fail(std::move(transport).error().in(fmt::format(
        "cluster \"{}\", user \"{}\" (from {})", config.cluster, config.user, config.origin)));
  return std::unique_ptr<Client>(new Client(std::make_unique<Impl>(
      std::make_shared<ApiServer>(std::shared_ptr<net::Transport>(std::move(*transport)),
                                  std::move(config), std::move(log), std::move(certified)))));
}

std::unique_ptr<Client> Client::over(std::shared_ptr<net::Transport> transport,
                                     ClusterConfig config, ClientLog log) {
  return std::unique_ptr<Client>(new Client(std::make_unique<Impl>(
      std::make_shared<ApiServer>(std::move(transport), std::move(config), std::move(log)))));
}

const ClusterConfig& Client::config() const {
  return impl_->server->config();
}

Result<void> Client::authenticate(const CallLimits& limits) {
  return impl_->server->authenticate(limits);
}

Result<json::Document> Client::request(const k8s::Request& request, const CallLimits& limits) {
  KAITO_TRY(auto answer, impl_->server->send(request, limits));
  if (answer.head.status == 204) return json::Document();
  auto value = impl_->server->decode(request, answer);
  if (!value) {
    // What was remembered of the server is no longer so.
    if (value.error().code == ErrorCode::not_served) impl_->discovery.forget();
    return fail(std::move(value).error());
  }
  return json::Document(std::move(*value));
}

Result<json::Document> Client::get(const k8s::ObjectRef& ref, const CallLimits& limits,
                                   std::string_view subresource) {
  KAITO_TRY(auto made, k8s::get_request(ref, subresource));
  return request(made, limits);
}

Result<void> Client::list_pages(const k8s::ResourceType& type, std::string_view namespace_,
                                const k8s::ListOptions& options, const OnPage& on_page,
                                const CallLimits& limits) {
  return kube::list_pages(*impl_->server, type, namespace_, options, on_page, limits);
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
  auto created = request(made, limits);
  if (created || options.creation_nonce.empty() || options.dry_run != k8s::DryRun::none ||
      !outcome_unknown(created.error()))
    return created;
  const k8s::ObjectRef ref{type, std::string(namespace_),
                           std::string(json::string_at(object, {"metadata", "name"}))};
  if (ref.name.empty()) return created;
  auto found = get(ref, limits);
  if (!found) return created;
  if (json::string_at(found->value(), {"metadata", "annotations",
                                       k8s::creation_nonce_annotation}) == options.creation_nonce)
    return found;
  return fail(
      ErrorCode::already_exists,
      fmt::format("{}: there is one of that name already, and not of this call", made.doing));
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

Result<json::Document> Client::json_patch(const k8s::ObjectRef& ref, const json::Value& operations,
                                          const k8s::WriteOptions& options,
                                          const CallLimits& limits, std::string_view subresource) {
  KAITO_TRY(auto made, k8s::json_patch_request(ref, subresource, operations, options));
  return request(made, limits);
}

Result<json::Document> Client::update(const k8s::ObjectRef& ref, const Mutation& mutate,
                                      const k8s::WriteOptions& options, const CallLimits& limits,
                                      std::string_view subresource) {
  return update_object(*this, ref, mutate, options, limits, subresource);
}

Result<Scale> Client::scale(const k8s::ObjectRef& ref, const CallLimits& limits) {
  KAITO_TRY(const auto answer, get(ref, limits, "scale"));
  return read_scale(answer.value());
}

Result<Scale> Client::set_scale(const k8s::ObjectRef& ref, std::int64_t wanted,
                                const k8s::WriteOptions& options, const CallLimits& limits) {
  json::Object spec;
  spec["replicas"] = wanted;
  json::Object patch;
  patch["spec"] = std::move(spec);
  KAITO_TRY(const auto answer,
            merge_patch(ref, json::Value(std::move(patch)), options, limits, "scale"));
  return read_scale(answer.value());
}

Result<void> Client::wait_for_deletion(const k8s::ObjectRef& ref, std::string_view uid,
                                       const CallLimits& limits) {
  return kube::wait_for_deletion(*this, ref, std::string(uid), limits);
}

Result<ObjectList> Client::remove_matching(
    const k8s::ResourceType& type, std::string_view namespace_, std::string_view label_selector,
    std::string_view field_selector, const k8s::DeleteOptions& options, const CallLimits& limits) {
  KAITO_TRY(auto made, k8s::delete_matching_request(type, namespace_, label_selector,
                                                    field_selector, options));
  KAITO_TRY(auto answer, request(made, limits));
  ObjectList removed;
  // Some servers answer with a Status when nothing matches.
  if (answer && !k8s::read_status(answer.value())) take_page(answer.value(), type, removed);
  return removed;
}

Result<std::unique_ptr<PodLog>> Client::pod_log(std::string_view namespace_, std::string_view pod,
                                                const k8s::LogOptions& options,
                                                const CallLimits& limits) {
  return open_pod_log(impl_->server, std::string(namespace_), std::string(pod), options, limits);
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
  return impl_->discovery.served_versions(group, limits);
}

Result<bool> Client::serves(const k8s::ResourceType& type, const CallLimits& limits) {
  return impl_->discovery.serves(type, limits);
}

Result<std::string> Client::server_version(const CallLimits& limits) {
  return kube::server_version(*impl_->server, limits);
}

Result<ApiResources> Client::resources(const CallLimits& limits) {
  return api_resources(*impl_->server, limits);
}

Result<std::unique_ptr<net::Transport>> Client::service_transport(std::string_view namespace_,
                                                                  std::string_view service,
                                                                  int port) {
  KAITO_TRY(auto prefix, k8s::service_proxy_path(namespace_, service, port));
  return make_service_transport(impl_->server, std::move(prefix));
}

Result<std::unique_ptr<PodExec>> Client::exec(std::string_view namespace_, std::string_view pod,
                                              const k8s::ExecOptions& options,
                                              const CallLimits& limits) {
  KAITO_TRY(const auto made, k8s::exec_request(namespace_, pod, options));
  return open_pod_exec(*impl_->server, made, limits);
}

Result<std::unique_ptr<net::ByteStream>> Client::port_forward(std::string_view namespace_,
                                                              std::string_view pod, int port,
                                                              const CallLimits& limits) {
  KAITO_TRY(auto made, k8s::port_forward_request(namespace_, pod, port));
  return open_port_forward(*impl_->server, made, port, limits);
}

Result<std::unique_ptr<net::Transport>> Client::pod_transport(std::string_view namespace_,
                                                              std::string_view pod, int port) {
  return make_pod_transport(impl_->server, namespace_, pod, port);
}

}  // namespace kaito::kube
