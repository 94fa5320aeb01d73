#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/json/document.hpp"
#include "kaito/k8s/request.hpp"
#include "kaito/k8s/status.hpp"
#include "kaito/kube/config.hpp"
#include "kaito/net/http.hpp"

namespace kaito::kube {

/// One event of a watch.
struct WatchEvent {
  enum class Type : unsigned char { added, modified, deleted, bookmark };
  Type type = Type::added;
  json::Document object;
};

/// A running watch. Destroying it closes its connection.
class Watch {
 public:
  virtual ~Watch() = default;
  /// The next event; nothing when the server ended the stream in the ordinary way (open a new watch
  /// from the last resourceVersion) and when the connection broke or fell silent, which asks for
  /// the same. A watch that ends at once and again should be reopened more and more slowly. After
  /// timeout and interrupted the watch goes on. Errors: expired (410, also as an ERROR event: list
  /// again), what else an ERROR event says, timeout, interrupted, protocol.
  [[nodiscard]] virtual Result<std::optional<WatchEvent>> next(const CallLimits& limits) = 0;
};

/// A list, all pages.
struct ObjectList {
  std::vector<json::Document> items;  ///< apiVersion and kind filled in
  std::string resource_version;
};

/// Where a client tells what it does. The functions are called on the thread of the call, one at a
/// time, and must not call the client.
struct ClientLog {
  /// Level 1: a list that changed under way, a token that could not be read again; level 4 and up:
  /// requests (see cli.md -v). May be empty. Never given credentials or Secret data.
  std::function<void(int level, const std::string& line)> write;
  int level = 0;
  /// A Warning header's text, each distinct text once. May be empty.
  std::function<void(const std::string& text)> warning;
};

/// A Kubernetes API client: one server, typed errors, objects as JSON. Safe for several threads.
/// Every call: errors as k8s::error_of_answer gives them, and unreachable, timeout, interrupted,
/// protocol. Retries only what is safe (kubernetes-client.md 3.5), within the caller's deadline.
class Client {
 public:
  /// Errors: invalid (certificates).
  [[nodiscard]] static Result<std::unique_ptr<Client>> create(ClusterConfig config,
                                                              ClientLog log = {});
  /// For tests and other roads: over a transport that is already there.
  [[nodiscard]] static std::unique_ptr<Client> over(std::shared_ptr<net::Transport> transport,
                                                    ClusterConfig config, ClientLog log = {});
  ~Client();

  [[nodiscard]] const ClusterConfig& config() const;

  [[nodiscard]] Result<json::Document> get(const k8s::ObjectRef& ref, const CallLimits& limits);
  [[nodiscard]] Result<ObjectList> list(const k8s::ResourceType& type, std::string_view namespace_,
                                        const k8s::ListOptions& options, const CallLimits& limits);
  [[nodiscard]] Result<json::Document> create_object(const k8s::ResourceType& type,
                                                     std::string_view namespace_,
                                                     const json::Value& object,
                                                     const k8s::WriteOptions& options,
                                                     const CallLimits& limits);
  [[nodiscard]] Result<json::Document> apply(const k8s::ObjectRef& ref, const json::Value& object,
                                             const k8s::WriteOptions& options,
                                             const CallLimits& limits,
                                             std::string_view subresource = {});
  [[nodiscard]] Result<json::Document> merge_patch(const k8s::ObjectRef& ref,
                                                   const json::Value& patch,
                                                   const k8s::WriteOptions& options,
                                                   const CallLimits& limits,
                                                   std::string_view subresource = {});
  [[nodiscard]] Result<json::Document> replace(const k8s::ObjectRef& ref, const json::Value& object,
                                               const k8s::WriteOptions& options,
                                               const CallLimits& limits,
                                               std::string_view subresource = {});

  struct Deleted {
    bool gone = true;       ///< false: waits for finalizers, `object` is what is left
    json::Document object;  ///< when not gone
    std::string uid;
  };
  [[nodiscard]] Result<Deleted> remove(const k8s::ObjectRef& ref, const k8s::DeleteOptions& options,
                                       const CallLimits& limits);

  [[nodiscard]] Result<std::unique_ptr<Watch>> watch(const k8s::ResourceType& type,
                                                     std::string_view namespace_,
                                                     const k8s::WatchOptions& options,
                                                     const CallLimits& limits);

  /// The versions of a group, preferred first ("v1beta1", "v1alpha1"). Errors: not_served.
  [[nodiscard]] Result<std::vector<std::string>> served_versions(std::string_view group,
                                                                 const CallLimits& limits);
  /// Whether group/version serves the plural. Source: kubernetes-client.md 3.3.
  [[nodiscard]] Result<bool> serves(const k8s::ResourceType& type, const CallLimits& limits);
  /// GET /version: gitVersion.
  [[nodiscard]] Result<std::string> server_version(const CallLimits& limits);

  /// Any request, decoded. What the calls above are made of.
  [[nodiscard]] Result<json::Document> request(const k8s::Request& request,
                                               const CallLimits& limits);

  /// The Service's HTTP as a transport of its own: request targets are put behind the API server's
  /// proxy prefix, credentials are the API server's. Errors from the API server itself (a Status)
  /// come back as answers: chat tells them apart. Nothing is repeated; an Authorization header of
  /// the caller is not sent, since the API server would take it for its own.
  [[nodiscard]] Result<std::unique_ptr<net::Transport>> service_transport(
      std::string_view namespace_, std::string_view service, int port);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::kube
