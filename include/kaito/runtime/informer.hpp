#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/k8s/resource.hpp"
#include "kaito/kube/client.hpp"
#include "kaito/runtime/clock.hpp"
#include "kaito/runtime/store.hpp"

namespace kaito::runtime {

/// What became of an object since a handler last heard of it.
struct Change {
  SnapshotPtr before;  ///< as the handler last saw it; nullptr: it is new
  SnapshotPtr after;   ///< as it is now; nullptr: it is gone
  /// Gone, and nobody saw it go: `before` may be older than its last state.
  bool final_state_unknown = false;
  /// From the first list, or known before the handler came.
  bool initial = false;

  /// The key, whether the object is still there or not.
  [[nodiscard]] std::string_view key() const { return (after ? after : before)->key(); }
};

/// Called on a thread of its own, one change at a time; must not throw. May be slow: changes of an
/// object that come meanwhile are told as one, with its last state.
using ChangeHandler = std::function<void(const Change&)>;

struct InformerOptions {
  k8s::ResourceType type;
  std::string namespace_;  ///< "" = all
  std::string label_selector;
  std::string field_selector;
  IndexFunctions indexes;
  /// Changes each object before it is indexed and stored, the same way each time, e.g.
  /// drop_managed_fields. May be empty.
  std::function<void(json::Value& object)> transform;
  std::int64_t page_size = 500;
  /// The server ends a watch after this time to twice this time.
  std::chrono::seconds watch_at_least{300};
  std::chrono::seconds list_timeout{120};  ///< for one page
  /// Level 1: what went wrong and what is done about it; 4: what is going on. Called on the thread
  /// of run(). May be empty.
  std::function<void(int level, const std::string& line)> log;
  Random random = system_random();
};

/// For InformerOptions::transform: half of a server-side-applied object is bookkeeping of who set
/// what.
void drop_managed_fields(json::Value& object);

/// Keeps a Store like the cluster: a list, then a watch from there, for ever: resumed where it
/// ended, listed anew where the server has forgotten the place. Source: kubernetes-client.md 4.3,
/// 4.4; client-go tools/cache.
class Informer {
 public:
  /// Client and clock must outlive the informer.
  Informer(kube::Client& client, InformerOptions options, Clock& clock);
  ~Informer();
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  /// At any time; told first of all objects that are known, as new. Handlers do not wait for each
  /// other.
  void add_handler(ChangeHandler handler);
  [[nodiscard]] const Store& store() const;

  /// Lists and watches on the calling thread until the stop is requested; goes on through every
  /// failure, more and more slowly (state() and the log say which). No handler is called after it
  /// came back; changes not yet told are dropped. Errors: usage (called a second time).
  [[nodiscard]] Result<void> run(const std::stop_token& stop);

  /// The first list is in the store and was told to all handlers.
  [[nodiscard]] bool has_synced() const;
  /// Waits for that. Errors: timeout (the message says why the list has not come), interrupted,
  /// failed (run() has ended).
  [[nodiscard]] Result<void> wait_synced(const CallLimits& limits) const;

  struct State {
    std::size_t lists = 0;    ///< that succeeded
    std::size_t watches = 0;  ///< that were opened
    std::size_t events = 0;   ///< bookmarks included
    /// Why list or watch failed last; nothing once one has succeeded since.
    std::optional<Error> failure;
  };
  [[nodiscard]] State state() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::runtime
