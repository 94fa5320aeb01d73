#pragma once

#include <cstdint>
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

/// A kind that the server serves.
struct ApiResource {
  k8s::ResourceType type;
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::vector<std::string> verbs;
  std::vector<std::string> subresources;  ///< "status", "scale"
  bool preferred = false;                 ///< in the preferred version of its group
};

struct ApiResources {
  std::vector<ApiResource> all;
  /// Group versions whose server does not answer, and why: an extension that is down leaves the
  /// others usable.
  std::vector<std::string> failed;
};

/// A container's log under way. Destroying it closes its connection.
class PodLog {
 public:
  virtual ~PodLog() = default;
  /// The next line, without its end; nothing at the end of the log. After timeout and interrupted
  /// it goes on. Errors: timeout, interrupted, unreachable (not with `follow`), protocol.
  [[nodiscard]] virtual Result<std::optional<std::string>> next(const CallLimits& limits) = 0;
};

/// A command that runs in a container. Destroying it closes its connection; what becomes of the
/// command then is the container runtime's affair.
class PodExec {
 public:
  struct Output {
    bool error = false;  ///< of the standard error
    std::string bytes;
  };

  virtual ~PodExec() = default;
  /// What the command has written; nothing when it is over. After timeout and interrupted it goes
  /// on. Errors: timeout, interrupted, unreachable, protocol.
  [[nodiscard]] virtual Result<std::optional<Output>> next(const CallLimits& limits) = 0;
  /// How it ended: its exit code. REQUIRES: next() gave nothing. Errors: failed (the node could not
  /// run it), unreachable (nobody told), protocol.
  [[nodiscard]] virtual Result<int> exit_code() const = 0;
  /// To its standard input. Errors: timeout, interrupted, unreachable.
  [[nodiscard]] virtual Result<void> write(std::string_view bytes, const CallLimits& limits) = 0;
  /// Ends its standard input. Errors also: not_served, before Kubernetes 1.30, where only the end
  /// of the connection says so, and takes the rest of the output with it.
  [[nodiscard]] virtual Result<void> finish_writing(const CallLimits& limits) = 0;
};

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

/// A part of a list, so that a long one need not be held whole.
struct ListPage {
  ObjectList list;
  /// The first page; also of a list that had to start over: what came before no longer counts.
  bool first = true;
};
using OnPage = std::function<Result<void>(ListPage page)>;

/// Changes an object in place. Called again, on fresh data, when somebody else was quicker.
using Mutation = std::function<Result<void>(json::Value& object)>;

/// autoscaling/v1 Scale. Source: kubernetes-client.md 3.11.
struct Scale {
  std::int64_t wanted = 0;
  std::int64_t current = 0;
  std::string selector;
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

/// Whether a write that failed so may have been carried out all the same: the connection broke, the
/// time ran out, or something in between gave up, after the request had left.
[[nodiscard]] bool outcome_unknown(const Error& error);

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

  /// Gets the credentials ready, so that a login (an exec plugin that asks somebody) is not on the
  /// first request's time. Quick where there is nothing to do. Errors: unauthenticated, timeout,
  /// interrupted.
  [[nodiscard]] Result<void> authenticate(const CallLimits& limits);

  [[nodiscard]] Result<json::Document> get(const k8s::ObjectRef& ref, const CallLimits& limits,
                                           std::string_view subresource = {});
  /// All pages. A list that changes so long that the server forgets its beginning starts over once,
  /// and then goes on in a newer state.
  [[nodiscard]] Result<ObjectList> list(const k8s::ResourceType& type, std::string_view namespace_,
                                        const k8s::ListOptions& options, const CallLimits& limits);
  /// The same page by page, `options.limit` objects each. An error of `on_page` ends it and is the
  /// call's.
  [[nodiscard]] Result<void> list_pages(const k8s::ResourceType& type, std::string_view namespace_,
                                        const k8s::ListOptions& options, const OnPage& on_page,
                                        const CallLimits& limits);
  /// POST. With a creation_nonce, and a fixed name, a create whose answer got lost is decided by a
  /// look at the object: its own is success, another's already_exists; without either the error
  /// stays as it is: see outcome_unknown.
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

  [[nodiscard]] Result<json::Document> json_patch(const k8s::ObjectRef& ref,
                                                  const json::Value& operations,
                                                  const k8s::WriteOptions& options,
                                                  const CallLimits& limits,
                                                  std::string_view subresource = {});
  /// Reads the object, lets `mutate` change it and replaces it, provided that nobody else did
  /// meanwhile; else again, five times in all. What `mutate` leaves as it was is not written.
  /// Errors also: mutate's own; conflict, when others were quicker each time.
  [[nodiscard]] Result<json::Document> update(const k8s::ObjectRef& ref, const Mutation& mutate,
                                              const k8s::WriteOptions& options,
                                              const CallLimits& limits,
                                              std::string_view subresource = {});
  /// The scale subresource. Errors: not_found, also for kinds that have none.
  [[nodiscard]] Result<Scale> scale(const k8s::ObjectRef& ref, const CallLimits& limits);
  [[nodiscard]] Result<Scale> set_scale(const k8s::ObjectRef& ref, std::int64_t wanted,
                                        const k8s::WriteOptions& options, const CallLimits& limits);

  struct Deleted {
    bool gone = true;       ///< false: waits for finalizers, `object` is what is left
    json::Document object;  ///< when not gone
    std::string uid;
  };
  [[nodiscard]] Result<Deleted> remove(const k8s::ObjectRef& ref, const k8s::DeleteOptions& options,
                                       const CallLimits& limits);
  /// Deletes all objects in one namespace that the selectors choose, and gives them as they were.
  /// Errors also: usage, without any selector, and without a namespace for a namespaced type.
  [[nodiscard]] Result<ObjectList> remove_matching(
      const k8s::ResourceType& type, std::string_view namespace_, std::string_view label_selector,
      std::string_view field_selector, const k8s::DeleteOptions& options, const CallLimits& limits);
  /// Waits until the object is gone, or another has taken its name. `uid`: which one; "" = the one
  /// that is there now. Errors also: timeout, which says what the object waits for.
  [[nodiscard]] Result<void> wait_for_deletion(const k8s::ObjectRef& ref, std::string_view uid,
                                               const CallLimits& limits);

  [[nodiscard]] Result<std::unique_ptr<Watch>> watch(const k8s::ResourceType& type,
                                                     std::string_view namespace_,
                                                     const k8s::WatchOptions& options,
                                                     const CallLimits& limits);

  /// A container's log, line by line. With `follow` it goes on, over broken connections too and
  /// without a line lost or given twice, until the container has ended for good. Errors: invalid
  /// (several containers and none named, with their names; not started yet), not_found.
  [[nodiscard]] Result<std::unique_ptr<PodLog>> pod_log(std::string_view namespace_,
                                                        std::string_view pod,
                                                        const k8s::LogOptions& options,
                                                        const CallLimits& limits);

  /// Runs a command in a container; nothing is repeated. Errors also: invalid (several containers
  /// and none named), not_found, and what says that the server opens no WebSocket, with a hint.
  [[nodiscard]] Result<std::unique_ptr<PodExec>> exec(std::string_view namespace_,
                                                      std::string_view pod,
                                                      const k8s::ExecOptions& options,
                                                      const CallLimits& limits);

  /// Everything that the server serves. Asked for anew each time.
  [[nodiscard]] Result<ApiResources> resources(const CallLimits& limits);
  /// The versions of a group, preferred first ("v1beta1", "v1alpha1"). This and `serves` remember
  /// for ten minutes what there is, never what there is not. Errors: not_served.
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
  /// come back as answers: chat tells them apart. Nothing is repeated, but for a 401 where the
  /// credentials could be renewed; an Authorization header of the caller is not sent, since the API
  /// server would take it for its own.
  [[nodiscard]] Result<std::unique_ptr<net::Transport>> service_transport(
      std::string_view namespace_, std::string_view service, int port);
  /// A connection to a port of a pod, through the API server: a WebSocket each. One direction
  /// cannot be closed alone. Errors also: what the node says when nothing listens there, at the
  /// first read (unreachable); failed and others, with a hint, where the server opens no WebSocket.
  [[nodiscard]] Result<std::unique_ptr<net::ByteStream>> port_forward(std::string_view namespace_,
                                                                      std::string_view pod,
                                                                      int port,
                                                                      const CallLimits& limits);
  /// HTTP to a port of a pod: over port-forwards, and where the server refuses those through its
  /// proxy, which takes an Authorization header for its own and so is not used with one.
  [[nodiscard]] Result<std::unique_ptr<net::Transport>> pod_transport(std::string_view namespace_,
                                                                      std::string_view pod,
                                                                      int port);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::kube
