#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/net/server.hpp"
#include "sandbox/apiserver/api_server.hpp"
#include "sandbox/apiserver/negotiation.hpp"
#include "sandbox/apiserver/store.hpp"
#include "sandbox/apiserver/target.hpp"

namespace kaito::sandbox {

/// A whole answer. An Error is answered with its Status.
struct Answer {
  int status = 200;
  json::Value body;
  std::vector<std::string> warnings;
};

/// One request about a resource, taken apart. Lives as long as the request is handled.
struct Call {
  Store& store;
  const ApiServerOptions& options;
  const net::ServerRequest& request;
  ResourcePath path;
  Query query;
  std::shared_ptr<const Registry> registry;
  const Resource* resource = nullptr;
  AnswerForm form = AnswerForm::object;

  /// The kind in the version that the path names.
  [[nodiscard]] k8s::ResourceType type() const;
  [[nodiscard]] k8s::ObjectRef ref() const { return {type(), path.namespace_, path.name}; }
  [[nodiscard]] std::string api_version() const { return type().api_version(); }
};

void send_answer(net::Responder& responder, const Answer& answer);
void send_error(net::Responder& responder, const Error& error);
void send_text(net::Responder& responder, int status, std::string_view text);
/// The Status of an error as JSON, continue token included.
[[nodiscard]] json::Value error_json(const Error& error);

/// The object in the form that was asked for.
[[nodiscard]] json::Value object_answer(const Call& call, const ObjectPtr& object);

/// fieldManager, dryRun and fieldValidation of a write. `options_kind` names the options in errors
/// ("CreateOptions"). Errors: invalid.
[[nodiscard]] Result<WriteRequest> write_request(const Call& call, std::string_view options_kind);
/// The text of a query parameter that must be an integer; `otherwise` when absent. Errors: invalid.
[[nodiscard]] Result<std::int64_t> integer_parameter(const Call& call, std::string_view name,
                                                     std::int64_t otherwise);
/// "<kind>.meta.k8s.io "" is invalid: ...".
[[nodiscard]] Error invalid_options(std::string_view options_kind, FieldError error);

/// What selects objects in a list or watch. Errors: invalid.
struct Selection {
  k8s::LabelSelector labels;
  k8s::FieldSelector fields;
};
[[nodiscard]] Result<Selection> read_selection(const Call& call);
/// Waits up to 3 s for the store to reach the revision. Errors: unavailable
/// (ResourceVersionTooLarge).
[[nodiscard]] Result<void> await_revision(const Call& call, std::int64_t revision);
/// resourceVersion of the query: nothing when absent or "0". Errors: invalid.
[[nodiscard]] Result<std::optional<std::int64_t>> revision_parameter(const Call& call);

// One function per verb.
[[nodiscard]] Result<Answer> get_object(const Call& call);
[[nodiscard]] Result<Answer> list_objects(const Call& call);
[[nodiscard]] Result<Answer> create_object(const Call& call);
[[nodiscard]] Result<Answer> update_object(const Call& call);
[[nodiscard]] Result<Answer> patch_object(const Call& call);
[[nodiscard]] Result<Answer> delete_object(const Call& call);
[[nodiscard]] Result<Answer> delete_collection(const Call& call);
/// GET, PUT and PATCH of /scale.
[[nodiscard]] Result<Answer> handle_scale(const Call& call);
/// Streams; an error is one that came before the stream began.
[[nodiscard]] Result<void> watch_objects(const Call& call, net::Responder& responder,
                                         const std::stop_token& stop);
[[nodiscard]] Result<void> stream_log(const Call& call, net::Responder& responder,
                                      const std::stop_token& stop);
/// exec, attach and portforward of a pod.
[[nodiscard]] Result<void> stream_pod(const Call& call, net::Responder& responder,
                                      const std::stop_token& stop);
[[nodiscard]] Result<void> proxy(const Call& call, net::Responder& responder,
                                 const std::stop_token& stop);

}  // namespace kaito::sandbox
