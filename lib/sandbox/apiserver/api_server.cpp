#include "sandbox/apiserver/api_server.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/access.hpp"
#include "sandbox/apiserver/call.hpp"
#include "sandbox/apiserver/discovery.hpp"
#include "sandbox/apiserver/openapi.hpp"

namespace kaito::sandbox {
namespace {

constexpr std::size_t kMostBytes = std::size_t{3} << 20;

[[nodiscard]] Error not_served() {
  return Error{ErrorCode::not_served, "not served", {}, {}, {}};
}

/// What the server says of a plural that a group of its own has not: a Status, but about nothing.
[[nodiscard]] Error no_such_resource() {
  k8s::Status status;
  status.code = 404;
  status.reason = "NotFound";
  status.message = "the server could not find the requested resource";
  return api_error(std::move(status));
}

[[nodiscard]] bool is_builtin_group(const Registry& registry, const ResourcePath& path) {
  return std::ranges::any_of(registry.all(), [&](const auto& resource) {
    return !resource->custom && resource->type.group == path.group &&
           resource->version(path.version) != nullptr;
  });
}

[[nodiscard]] bool is_health_path(std::string_view path) {
  for (const std::string_view root : {"/healthz", "/livez", "/readyz"}) {
    if (path == root || (path.starts_with(root) && path.substr(root.size()).starts_with('/')))
      return true;
  }
  return false;
}

/// Whether the path's scope fits the kind: a namespace for those who live in one, none for others.
[[nodiscard]] bool scope_fits(const ResourcePath& path, const Resource& resource,
                              std::string_view method) {
  if (!resource.type.namespaced) return path.namespace_.empty();
  // All namespaces at once can be read and watched, nothing else.
  return !path.namespace_.empty() || (path.name.empty() && method == "GET");
}

[[nodiscard]] Result<Answer> plain_answer(const Call& call) {
  const std::string& method = call.request.method;
  if (call.path.name.empty()) {
    if (method == "GET" || method == "HEAD") return list_objects(call);
    if (method == "POST") return create_object(call);
    if (method == "DELETE") return delete_collection(call);
    if (method == "PUT" || method == "PATCH") return fail(bad_request("name must be provided"));
    return fail(method_not_allowed());
  }
  if (method == "GET" || method == "HEAD") return get_object(call);
  if (method == "PUT") return update_object(call);
  if (method == "PATCH") return patch_object(call);
  // For custom kinds, what a POST creates is in its body alone.
  if (method == "POST" && call.resource->custom && call.path.subresource.empty())
    return create_object(call);
  if (method == "DELETE" && call.path.subresource.empty()) return delete_object(call);
  return fail(method_not_allowed());
}

/// Subresources of a pod that lead to its node and change the connection's protocol.
[[nodiscard]] bool is_upgrade(std::string_view subresource) {
  return subresource == "exec" || subresource == "attach" || subresource == "portforward";
}

/// Answers what streams; false when the call is a plain one.
[[nodiscard]] Result<bool> answer_stream(const Call& call, net::Responder& responder,
                                         const std::stop_token& stop) {
  const std::string& sub = call.path.subresource;
  const bool of_pod = call.resource->type.plural == "pods" && call.resource->type.group.empty();
  const bool of_service =
      call.resource->type.plural == "services" && call.resource->type.group.empty();
  if (sub == "proxy" && (of_pod || of_service)) {
    KAITO_CHECK(proxy(call, responder, stop));
    return true;
  }
  if (of_pod && sub == "log") {
    if (call.request.method != "GET") return fail(method_not_allowed());
    KAITO_CHECK(stream_log(call, responder, stop));
    return true;
  }
  if (of_pod && is_upgrade(sub)) {
    if (call.request.method != "GET" && call.request.method != "POST")
      return fail(method_not_allowed());
    KAITO_CHECK(stream_pod(call, responder, stop));
    return true;
  }
  const bool watches = call.path.old_watch || call.query.flag("watch");
  if (sub.empty() && call.request.method == "GET" && watches) {
    KAITO_CHECK(watch_objects(call, responder, stop));
    return true;
  }
  return false;
}

[[nodiscard]] bool has_subresource(const Call& call) {
  const std::string& sub = call.path.subresource;
  return sub.empty() || (sub == "status" && call.resource->has_status) ||
         (sub == "scale" && call.resource->has_scale);
}

}  // namespace

struct ApiServer::Impl {
  Impl(Store& the_store, ApiServerOptions the_options)
      : store(the_store), options(std::move(the_options)) {}

  /// Paths that are about no resource. False when this is not one of them.
  [[nodiscard]] bool answer_document(const net::ServerRequest& request, std::string_view path,
                                     net::Responder& responder) const;
  [[nodiscard]] Result<void> answer_review_request(const Caller& caller,
                                                   const net::ServerRequest& request,
                                                   net::Responder& responder) const;
  [[nodiscard]] Result<void> answer_resource(const net::ServerRequest& request,
                                             const ResourcePath& path, net::Responder& responder,
                                             const std::stop_token& stop) const;
  [[nodiscard]] Result<void> answer(const net::ServerRequest& request, net::Responder& responder,
                                    const std::stop_token& stop) const;

  Store& store;
  ApiServerOptions options;
};

bool ApiServer::Impl::answer_document(const net::ServerRequest& request, std::string_view path,
                                      net::Responder& responder) const {
  if (request.method != "GET" && request.method != "HEAD") return false;
  if (is_health_path(path)) {
    send_text(responder, 200, "ok");
    return true;
  }
  const auto registry = store.registry();
  if (auto document = discovery_document(*registry, path, options.git_version)) {
    send_answer(responder, {200, std::move(*document), {}});
    return true;
  }
  const auto document = openapi_document(*registry, path, request.headers.get("Accept"));
  if (!document) return false;
  net::Headers headers;
  headers.add("Content-Type", document->media_type);
  // A peer that has gone gets no answer: there is nobody to tell.
  static_cast<void>(responder.respond(200, headers, document->body));
  return true;
}

Result<void> ApiServer::Impl::answer_review_request(const Caller& caller,
                                                    const net::ServerRequest& request,
                                                    net::Responder& responder) const {
  if (request.method != "POST") return fail(method_not_allowed());
  KAITO_TRY(json::Value review, read_body(request.headers.get("Content-Type"), request.body));
  if (!review.is_object()) return fail(bad_request("the body must be a JSON object"));
  send_answer(responder, {201, answer_review(store, caller, std::move(review)), {}});
  return {};
}

Result<void> ApiServer::Impl::answer_resource(const net::ServerRequest& request,
                                              const ResourcePath& path, net::Responder& responder,
                                              const std::stop_token& stop) const {
  Call call{store,
            options,
            request,
            path,
            Query(split_target(request.target).second),
            store.registry(),
            nullptr,
            AnswerForm::object};
  call.resource = call.registry->find(path.group, path.version, path.plural);
  if (call.resource == nullptr && is_builtin_group(*call.registry, path))
    return fail(no_such_resource());
  if (call.resource == nullptr || !scope_fits(path, *call.resource, request.method))
    return fail(not_served());
  const bool raw =
      path.subresource == "proxy" || path.subresource == "log" || is_upgrade(path.subresource);
  if (!raw) {
    KAITO_TRY(call.form, negotiate(request.headers.get("Accept"), path.name.empty()));
    if (request.body.size() > kMostBytes) return fail(too_large(kMostBytes));
  }
  KAITO_TRY(const bool streamed, answer_stream(call, responder, stop));
  if (streamed) return {};
  if (!has_subresource(call)) return fail(not_found(*call.resource, path.name));
  KAITO_TRY(const Answer answer,
            path.subresource == "scale" ? handle_scale(call) : plain_answer(call));
  send_answer(responder, answer);
  return {};
}

Result<void> ApiServer::Impl::answer(const net::ServerRequest& request, net::Responder& responder,
                                     const std::stop_token& stop) const {
  const std::string mistake = impersonation_mistake(request);
  if (!mistake.empty()) {
    send_text(responder, 500, mistake);
    return {};
  }
  KAITO_TRY(const Caller caller,
            authenticate(request, {options.bearer_token, options.limited_token}));
  const std::string_view path = split_target(request.target).first;
  const auto resource_path = parse_resource_path(path);
  KAITO_CHECK(authorize(store, caller, request, path, resource_path));
  if (answer_document(request, path, responder)) return {};
  if (!resource_path) return fail(not_served());
  if (is_review_group(resource_path->group, resource_path->version))
    return answer_review_request(caller, request, responder);
  return answer_resource(request, *resource_path, responder, stop);
}

ApiServer::ApiServer(Store& store, ApiServerOptions options)
    : impl_(std::make_unique<Impl>(store, std::move(options))) {}

ApiServer::~ApiServer() = default;

void ApiServer::handle(const net::ServerRequest& request, net::Responder& responder,
                       std::stop_token stop) {
  const auto done = impl_->answer(request, responder, stop);
  if (!done) send_error(responder, done.error());
}

}  // namespace kaito::sandbox
