#include "kaito/k8s/request.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::k8s {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::size_t most_patch_operations = 10000;  // the server's own bound

/// Refuses what would change the meaning of a path: an empty name turns a DELETE into "delete all".
Result<void> check_segment(std::string_view what, std::string_view segment) {
  std::string_view problem;
  if (segment.empty()) {
    problem = "must not be empty";
  } else if (segment == "." || segment == "..") {
    problem = "must not be \".\" or \"..\"";
  } else if (segment.find_first_of("/%") != std::string_view::npos) {
    problem = "must not contain \"/\" or \"%\"";
  } else {
    return {};
  }
  std::string message(what);
  if (!segment.empty()) message += " \"" + shorten(segment, 64) + '"';
  return fail(ErrorCode::usage, message + ' ' + std::string(problem));
}

/// The path of the type's collection; without the namespace part for an empty namespace.
std::string collection_path(const ResourceType& type, std::string_view namespace_) {
  std::string path = type.base_path();
  if (type.namespaced && !namespace_.empty()) path += "/namespaces/" + percent_encode(namespace_);
  return path + '/' + type.plural;
}

Result<std::string> object_path(const ObjectRef& ref, std::string_view subresource) {
  KAITO_CHECK(check_segment("the name of the " + to_lower(ref.type.kind), ref.name));
  if (ref.type.namespaced) KAITO_CHECK(check_segment("the namespace", ref.namespace_));
  std::string path = collection_path(ref.type, ref.namespace_) + '/' + percent_encode(ref.name);
  if (subresource.empty()) return path;
  for (const std::string_view segment : split(subresource, '/')) {
    KAITO_CHECK(check_segment("the subresource", segment));
    path += '/' + percent_encode(segment);
  }
  return path;
}

std::string in_namespace(const ResourceType& type, std::string_view namespace_) {
  if (!type.namespaced) return {};
  if (namespace_.empty()) return " in all namespaces";
  return " in namespace \"" + std::string(namespace_) + '"';
}

/// "getting workspace "x" in namespace "default"", "updating the status of workspace ...".
std::string doing_to_object(std::string_view verb, const ObjectRef& ref,
                            std::string_view subresource) {
  std::string text = std::string(verb) + ' ';
  if (!subresource.empty()) text += "the " + std::string(subresource) + " of ";
  text += to_lower(ref.type.kind) + " \"" + ref.name + '"';
  return text + in_namespace(ref.type, ref.namespace_);
}

void add_if_set(Request& request, std::string_view key, std::string_view value) {
  if (!value.empty()) request.query.emplace_back(key, value);
}

Result<void> check_port(int port) {
  if (port >= 1 && port <= 65535) return {};
  return fail(ErrorCode::usage, "port " + std::to_string(port) + " is not from 1 to 65535");
}

std::string_view text_of(FieldValidation validation) {
  switch (validation) {
    case FieldValidation::ignore:
      return "Ignore";
    case FieldValidation::warn:
      return "Warn";
    case FieldValidation::strict:
      return "Strict";
    case FieldValidation::server_default:
      break;
  }
  return {};
}

void add_write_options(Request& request, const WriteOptions& options) {
  add_if_set(request, "fieldManager", options.field_manager);
  add_if_set(request, "fieldValidation", text_of(options.field_validation));
  if (options.dry_run == DryRun::server) {
    request.query.emplace_back("dryRun", "All");
    request.doing += " (dry run)";
  }
}

std::string_view text_of(Propagation propagation) {
  switch (propagation) {
    case Propagation::background:
      return "Background";
    case Propagation::foreground:
      return "Foreground";
    case Propagation::orphan:
      return "Orphan";
  }
  return "Background";
}

/// An object without metadata is the server's to refuse.
json::Value with_nonce(json::Value object, const std::string& nonce) {
  auto* fields = object.if_object();
  auto* metadata = fields == nullptr ? nullptr : fields->if_contains("metadata");
  if (metadata == nullptr || !metadata->is_object()) return object;
  auto& annotations = metadata->get_object()["annotations"];
  if (!annotations.is_object()) annotations = json::Object();
  annotations.get_object()[std::string(creation_nonce_annotation)] = nonce;
  return object;
}

/// The body of a DELETE; with one, the server passes over the query.
std::string delete_body(const DeleteOptions& options) {
  json::Object body;
  body["kind"] = "DeleteOptions";
  body["apiVersion"] = "v1";
  body["propagationPolicy"] = text_of(options.propagation);
  if (options.grace_seconds) body["gracePeriodSeconds"] = *options.grace_seconds;
  if (!options.uid.empty()) {
    json::Object preconditions;
    preconditions["uid"] = options.uid;
    body["preconditions"] = std::move(preconditions);
  }
  if (options.dry_run == DryRun::server) {
    json::Array all;
    all.emplace_back("All");
    body["dryRun"] = std::move(all);
  }
  return json::write(json::Value(std::move(body)));
}

Result<std::string> proxy_path(std::string_view plural, std::string_view what,
                               std::string_view namespace_, std::string_view name, int port) {
  KAITO_CHECK(check_segment("the namespace", namespace_));
  KAITO_CHECK(check_segment("the name of the " + std::string(what), name));
  KAITO_CHECK(check_port(port));
  return "/api/v1/namespaces/" + percent_encode(namespace_) + '/' + std::string(plural) + '/' +
         percent_encode(name) + ':' + std::to_string(port) + "/proxy";
}

/// A request that carries a JSON text to one object.
Result<Request> object_write(std::string_view method, std::string_view verb, const ObjectRef& ref,
                             std::string_view subresource, std::string_view content_type,
                             const json::Value& body, const WriteOptions& options) {
  Request request;
  request.method = method;
  KAITO_TRY(request.path, object_path(ref, subresource));
  request.content_type = content_type;
  request.body = json::write(body);
  request.doing = doing_to_object(verb, ref, subresource);
  add_write_options(request, options);
  return request;
}

}  // namespace

std::string Request::target() const {
  std::string text = path;
  char separator = '?';
  for (const auto& [key, value] : query) {
    text += separator + percent_encode(key) + '=' + percent_encode(value);
    separator = '&';
  }
  return text;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4U];
    out += hex[byte & 0x0FU];
  }
  return out;
}

Result<Request> get_request(const ObjectRef& ref, std::string_view subresource) {
  Request request;
  request.method = "GET";
  KAITO_TRY(request.path, object_path(ref, subresource));
  request.doing = doing_to_object("getting", ref, subresource);
  return request;
}

Result<Request> list_request(const ResourceType& type, std::string_view namespace_,
                             const ListOptions& options) {
  if (!namespace_.empty()) KAITO_CHECK(check_segment("the namespace", namespace_));
  Request request;
  request.method = "GET";
  request.path = collection_path(type, namespace_);
  request.doing = "listing " + type.plural + in_namespace(type, namespace_);
  add_if_set(request, "labelSelector", options.label_selector);
  add_if_set(request, "fieldSelector", options.field_selector);
  if (options.limit > 0) request.query.emplace_back("limit", std::to_string(options.limit));
  add_if_set(request, "continue", options.continue_token);
  // The server refuses both together: the token already stands for one version.
  if (options.continue_token.empty())
    add_if_set(request, "resourceVersion", options.resource_version);
  return request;
}

Result<Request> watch_request(const ResourceType& type, std::string_view namespace_,
                              const WatchOptions& options) {
  if (!namespace_.empty()) KAITO_CHECK(check_segment("the namespace", namespace_));
  Request request;
  request.method = "GET";
  request.path = collection_path(type, namespace_);
  request.doing = "watching " + type.plural + in_namespace(type, namespace_);
  request.query.emplace_back("watch", "true");
  request.query.emplace_back("allowWatchBookmarks", "true");
  add_if_set(request, "labelSelector", options.label_selector);
  add_if_set(request, "fieldSelector", options.field_selector);
  add_if_set(request, "resourceVersion", options.resource_version);
  if (options.timeout_seconds > 0)
    request.query.emplace_back("timeoutSeconds", std::to_string(options.timeout_seconds));
  return request;
}

Result<Request> create_request(const ResourceType& type, std::string_view namespace_,
                               const json::Value& object, const WriteOptions& options) {
  if (type.namespaced) KAITO_CHECK(check_segment("the namespace", namespace_));
  Request request;
  request.method = "POST";
  request.path = collection_path(type, namespace_);
  request.content_type = kJson;
  request.body = json::write(
      options.creation_nonce.empty() ? object : with_nonce(object, options.creation_nonce));
  request.doing = "creating " + to_lower(type.kind);
  if (const auto name = json::string_at(object, {"metadata", "name"}); !name.empty())
    request.doing += " \"" + std::string(name) + '"';
  request.doing += in_namespace(type, namespace_);
  add_write_options(request, options);
  return request;
}

Result<Request> replace_request(const ObjectRef& ref, std::string_view subresource,
                                const json::Value& object, const WriteOptions& options) {
  return object_write("PUT", "updating", ref, subresource, kJson, object, options);
}

Result<Request> apply_request(const ObjectRef& ref, std::string_view subresource,
                              const json::Value& object, const WriteOptions& options) {
  if (options.field_manager.empty())
    return fail(ErrorCode::usage, "server-side apply needs the name of a field manager");
  KAITO_TRY(Request request, object_write("PATCH", "applying", ref, subresource,
                                          "application/apply-patch+yaml", object, options));
  if (options.force) request.query.emplace_back("force", "true");
  return request;
}

Result<Request> merge_patch_request(const ObjectRef& ref, std::string_view subresource,
                                    const json::Value& patch, const WriteOptions& options) {
  return object_write("PATCH", "patching", ref, subresource, "application/merge-patch+json", patch,
                      options);
}

Result<Request> json_patch_request(const ObjectRef& ref, std::string_view subresource,
                                   const json::Value& operations, const WriteOptions& options) {
  if (!operations.is_array())
    return fail(ErrorCode::usage, "a JSON patch is an array of operations");
  if (operations.get_array().size() > most_patch_operations)
    return fail(ErrorCode::usage, "a JSON patch of " +
                                      std::to_string(operations.get_array().size()) +
                                      " operations: the server takes 10000 at most");
  return object_write("PATCH", "patching", ref, subresource, "application/json-patch+json",
                      operations, options);
}

Result<Request> delete_request(const ObjectRef& ref, const DeleteOptions& options) {
  Request request;
  request.method = "DELETE";
  KAITO_TRY(request.path, object_path(ref, {}));
  request.content_type = kJson;
  request.doing = doing_to_object("deleting", ref, {});
  if (options.dry_run == DryRun::server) request.doing += " (dry run)";
  request.body = delete_body(options);
  return request;
}

Result<Request> delete_matching_request(const ResourceType& type, std::string_view namespace_,
                                        std::string_view label_selector,
                                        std::string_view field_selector,
                                        const DeleteOptions& options) {
  if (trim(label_selector).empty() && trim(field_selector).empty())
    return fail(ErrorCode::usage, "deleting many " + type.plural + " needs a selector");
  if (type.namespaced) KAITO_CHECK(check_segment("the namespace", namespace_));
  if (!options.uid.empty())
    return fail(ErrorCode::usage, "a uid chooses one object: delete it by its name");
  Request request;
  request.method = "DELETE";
  request.path = collection_path(type, namespace_);
  add_if_set(request, "labelSelector", label_selector);
  add_if_set(request, "fieldSelector", field_selector);
  request.content_type = kJson;
  request.doing = "deleting the selected " + type.plural +
                  (type.namespaced ? in_namespace(type, namespace_) : "");
  if (options.dry_run == DryRun::server) request.doing += " (dry run)";
  request.body = delete_body(options);
  return request;
}

Result<Request> log_request(std::string_view namespace_, std::string_view pod,
                            const LogOptions& options) {
  if (options.since_seconds && !options.since_time.empty())
    return fail(ErrorCode::usage, "a log begins at a time or some seconds ago, not both");
  const std::pair<std::string_view, const std::optional<std::int64_t>&> numbers[] = {
      {"sinceSeconds", options.since_seconds},
      {"tailLines", options.tail_lines},
      {"limitBytes", options.limit_bytes}};
  Request request;
  request.method = "GET";
  KAITO_TRY(request.path,
            object_path({types::pod(), std::string(namespace_), std::string(pod)}, "log"));
  add_if_set(request, "container", options.container);
  if (options.follow) request.query.emplace_back("follow", "true");
  if (options.previous) request.query.emplace_back("previous", "true");
  if (options.timestamps) request.query.emplace_back("timestamps", "true");
  add_if_set(request, "sinceTime", options.since_time);
  for (const auto& [key, number] : numbers) {
    if (!number) continue;
    // The server takes zero for the lines only.
    if (*number < (key == "tailLines" ? 0 : 1))
      return fail(ErrorCode::usage,
                  std::string(key) + " " + std::to_string(*number) + " is too small for a log");
    request.query.emplace_back(key, std::to_string(*number));
  }
  request.accept = "*/*";
  request.doing = "reading the log of pod \"" + std::string(pod) + "\" in namespace \"" +
                  std::string(namespace_) + '"';
  return request;
}

Result<Request> exec_request(std::string_view namespace_, std::string_view pod,
                             const ExecOptions& options) {
  if (options.command.empty() || options.command.front().empty())
    return fail(ErrorCode::usage, "no command is given for the container");
  Request request;
  request.method = "GET";
  KAITO_TRY(request.path,
            object_path({types::pod(), std::string(namespace_), std::string(pod)}, "exec"));
  add_if_set(request, "container", options.container);
  for (const std::string& word : options.command)
    request.query.emplace_back("command", word);
  if (options.input) request.query.emplace_back("stdin", "true");
  request.query.emplace_back("stdout", "true");
  request.query.emplace_back("stderr", "true");
  request.accept = "*/*";
  request.doing = "running \"" + options.command.front() + "\" in pod \"" + std::string(pod) +
                  "\" in namespace \"" + std::string(namespace_) + '"';
  return request;
}

Result<Request> port_forward_request(std::string_view namespace_, std::string_view pod, int port) {
  KAITO_CHECK(check_port(port));
  Request request;
  request.method = "GET";
  KAITO_TRY(request.path,
            object_path({types::pod(), std::string(namespace_), std::string(pod)}, "portforward"));
  request.query.emplace_back("ports", std::to_string(port));
  request.accept = "*/*";
  request.doing = "forwarding to port " + std::to_string(port) + " of pod \"" + std::string(pod) +
                  "\" in namespace \"" + std::string(namespace_) + '"';
  return request;
}

Result<std::string> service_proxy_path(std::string_view namespace_, std::string_view service,
                                       int port) {
  return proxy_path("services", "service", namespace_, service, port);
}

Result<std::string> pod_proxy_path(std::string_view namespace_, std::string_view pod, int port) {
  return proxy_path("pods", "pod", namespace_, pod, port);
}

}  // namespace kaito::k8s
