#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "kaito/k8s/resource.hpp"

namespace kaito::k8s {

/// A request to the API server as a value: built by pure functions, sent by kube::Client.
struct Request {
  std::string method;  ///< GET, POST, PUT, PATCH, DELETE
  std::string path;    ///< percent-encoded, starts with "/", without the server's own path prefix
  std::vector<std::pair<std::string, std::string>> query;  ///< not yet encoded
  std::string content_type;
  std::string accept = "application/json";
  std::string body;
  std::string doing;  ///< "getting workspace "x"": starts the message of an error

  /// path + encoded query.
  [[nodiscard]] std::string target() const;
};

/// Which object. namespace_ is ignored for cluster-scoped types.
struct ObjectRef {
  ResourceType type;
  std::string namespace_;
  std::string name;
};

struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  std::int64_t limit = 500;
  std::string continue_token;
  std::string resource_version;
};

struct WatchOptions {
  std::string label_selector;
  std::string field_selector;
  std::string resource_version;
  std::int64_t timeout_seconds = 300;
};

enum class DryRun : std::uint8_t { none, server };
enum class Propagation : std::uint8_t { background, foreground, orphan };

struct WriteOptions {
  std::string field_manager = "kaitoctl";
  bool force = false;  ///< server-side apply: take over fields that others own
  DryRun dry_run = DryRun::none;
};

struct DeleteOptions {
  Propagation propagation =
      Propagation::background;  ///< always sent: a Job's default would orphan its pods
  std::string uid;              ///< precondition, when not empty
  std::optional<std::int64_t> grace_seconds;
  DryRun dry_run = DryRun::none;
};

/// Errors of all: usage, for a name or namespace that is empty where it must not be, or holds "/"
/// or "%".
[[nodiscard]] Result<Request> get_request(const ObjectRef& ref, std::string_view subresource = {});
/// An empty namespace lists all namespaces.
[[nodiscard]] Result<Request> list_request(const ResourceType& type, std::string_view namespace_,
                                           const ListOptions& options);
[[nodiscard]] Result<Request> watch_request(const ResourceType& type, std::string_view namespace_,
                                            const WatchOptions& options);
[[nodiscard]] Result<Request> create_request(const ResourceType& type, std::string_view namespace_,
                                             const json::Value& object,
                                             const WriteOptions& options);
[[nodiscard]] Result<Request> replace_request(const ObjectRef& ref, std::string_view subresource,
                                              const json::Value& object,
                                              const WriteOptions& options);
/// Server-side apply: creates the object when absent. `object` holds apiVersion, kind,
/// metadata.name.
[[nodiscard]] Result<Request> apply_request(const ObjectRef& ref, std::string_view subresource,
                                            const json::Value& object, const WriteOptions& options);
[[nodiscard]] Result<Request> merge_patch_request(const ObjectRef& ref,
                                                  std::string_view subresource,
                                                  const json::Value& patch,
                                                  const WriteOptions& options);
[[nodiscard]] Result<Request> delete_request(const ObjectRef& ref, const DeleteOptions& options);

/// "/api/v1/namespaces/NS/services/NAME:PORT/proxy": the prefix under which a Service's HTTP is
/// reached.
[[nodiscard]] Result<std::string> service_proxy_path(std::string_view namespace_,
                                                     std::string_view service, int port);

[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace kaito::k8s
