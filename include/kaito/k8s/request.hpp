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

/// What the server does about unknown and duplicate fields: drop them, drop them with a warning, or
/// refuse the write. Servers before 1.25 drop them whatever is asked.
enum class FieldValidation : std::uint8_t { server_default, ignore, warn, strict };

struct WriteOptions {
  std::string field_manager = "kaitoctl";
  bool force = false;  ///< server-side apply: take over fields that others own
  DryRun dry_run = DryRun::none;
  FieldValidation field_validation = FieldValidation::server_default;
  /// Create only: a text that is this call's alone. It is kept as an annotation of the object, so
  /// that a create whose answer got lost can be told from somebody else's. "" = none.
  std::string creation_nonce{};
};

inline constexpr std::string_view creation_nonce_annotation = "kaitoctl.dev/creation-nonce";

/// Of a container's log. Source: kubernetes-client.md 3.11.
struct LogOptions {
  std::string container;  ///< "" = the only one
  bool follow = false;
  bool previous = false;    ///< of the instance before the last restart
  bool timestamps = false;  ///< before each line: RFC 3339 with nanoseconds, and a blank
  std::optional<std::int64_t> since_seconds;
  std::string since_time;  ///< RFC 3339; not together with since_seconds
  std::optional<std::int64_t> tail_lines;
  std::optional<std::int64_t> limit_bytes;
};

/// Of a command in a container, without a terminal. Source: kubernetes-client.md 5.2.
struct ExecOptions {
  std::string container;             ///< "" = the only one
  std::vector<std::string> command;  ///< the program and its arguments; no shell reads them
  bool input = false;                ///< whether something will be written to it
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
/// `operations`: an array as RFC 6902 has it, of 10,000 at most (else: usage).
[[nodiscard]] Result<Request> json_patch_request(const ObjectRef& ref, std::string_view subresource,
                                                 const json::Value& operations,
                                                 const WriteOptions& options);
[[nodiscard]] Result<Request> delete_request(const ObjectRef& ref, const DeleteOptions& options);
/// Deletes what the selectors choose in one namespace. Refused (usage) without a selector, and
/// without a namespace for a namespaced type: an option left empty must not empty a cluster.
[[nodiscard]] Result<Request> delete_matching_request(const ResourceType& type,
                                                      std::string_view namespace_,
                                                      std::string_view label_selector,
                                                      std::string_view field_selector,
                                                      const DeleteOptions& options);
/// Errors also: usage, for contradictions and negative numbers.
[[nodiscard]] Result<Request> log_request(std::string_view namespace_, std::string_view pod,
                                          const LogOptions& options);
/// To be sent as WebSocket upgrades. Errors also: usage, for no command.
[[nodiscard]] Result<Request> exec_request(std::string_view namespace_, std::string_view pod,
                                           const ExecOptions& options);
[[nodiscard]] Result<Request> port_forward_request(std::string_view namespace_,
                                                   std::string_view pod, int port);

/// "/api/v1/namespaces/NS/services/NAME:PORT/proxy": the prefix under which a Service's HTTP is
/// reached.
[[nodiscard]] Result<std::string> service_proxy_path(std::string_view namespace_,
                                                     std::string_view service, int port);
/// The same for a Pod and the port of a container.
[[nodiscard]] Result<std::string> pod_proxy_path(std::string_view namespace_, std::string_view pod,
                                                 int port);

[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace kaito::k8s
