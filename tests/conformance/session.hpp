#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/net/client.hpp"
#include "kaito/net/framing.hpp"
#include "support/api_target.hpp"
#include "support/patience.hpp"

namespace kaito::conformance {

using test::patience;
using test::soon;
using test::target;

using HeaderList = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kMergePatch = "application/merge-patch+json";
inline constexpr std::string_view kJsonPatch = "application/json-patch+json";
inline constexpr std::string_view kStrategicPatch = "application/strategic-merge-patch+json";
inline constexpr std::string_view kApplyPatch = "application/apply-patch+yaml";

/// What came back.
struct Reply {
  int status = 0;
  net::Headers headers;
  std::string text;
  json::Value body;  ///< null when the text is not JSON

  /// The string there; other values as JSON; "" where there is none.
  [[nodiscard]] std::string at(std::initializer_list<std::string_view> keys) const;
  [[nodiscard]] std::string meta(std::string_view key) const { return at({"metadata", key}); }
  [[nodiscard]] std::string version() const { return meta("resourceVersion"); }
  [[nodiscard]] std::string reason() const { return at({"reason"}); }
  [[nodiscard]] std::string message() const { return at({"message"}); }
  /// "REASON FIELD" of each cause, sorted, joined by "; ".
  [[nodiscard]] std::string causes() const;
  /// The names of a list's items, joined by ",".
  [[nodiscard]] std::string names() const;
  /// "MANAGER OPERATION" of each entry of managedFields that owns the path, sorted, joined by ", ".
  [[nodiscard]] std::string owners(std::initializer_list<std::string_view> path) const;
};

/// One event of a watch; `type` is "" at the end of the stream.
struct Event {
  std::string type;
  json::Value object;
  [[nodiscard]] std::string name() const {
    return std::string(json::string_at(object, {"metadata", "name"}));
  }
  [[nodiscard]] std::string version() const {
    return std::string(json::string_at(object, {"metadata", "resourceVersion"}));
  }
};

/// A watch as it is on the wire.
class WatchStream {
 public:
  explicit WatchStream(std::unique_ptr<net::BodyStream> body) : body_(std::move(body)) {}
  /// The next event; nothing when none came in time. Fails the case when the stream breaks.
  [[nodiscard]] std::optional<Event> next(std::chrono::milliseconds within = patience);
  /// The next one that is no bookmark.
  [[nodiscard]] std::optional<Event> next_change(std::chrono::milliseconds within = patience);
  [[nodiscard]] const net::HttpHead& head() const { return body_->head(); }

 private:
  std::unique_ptr<net::BodyStream> body_;
  net::LineSplitter lines_{std::size_t{32} << 20};
};

/// Requests as they are on the wire, over a connection of its own to the server.
class Wire {
 public:
  /// "" as the token: no credentials.
  explicit Wire(const std::string& token = target().token());

  Reply send(std::string_view method, std::string_view target, std::string_view body = {},
             std::string_view content_type = {}, const HeaderList& headers = {});
  Reply get(std::string_view target, const HeaderList& headers = {}) {
    return send("GET", target, {}, {}, headers);
  }
  Reply post(std::string_view target, std::string_view body) {
    return send("POST", target, body, kJson);
  }
  Reply put(std::string_view target, std::string_view body) {
    return send("PUT", target, body, kJson);
  }
  Reply merge(std::string_view target, std::string_view body) {
    return send("PATCH", target, body, kMergePatch);
  }
  Reply apply(std::string_view target, std::string_view body) {
    return send("PATCH", target, body, kApplyPatch);
  }
  Reply remove(std::string_view target, std::string_view body = {}) {
    return send("DELETE", target, body, body.empty() ? std::string_view{} : kJson);
  }
  /// Opens an answer that comes over time. Fails the case unless it is a 200.
  [[nodiscard]] std::unique_ptr<net::BodyStream> open(std::string_view target,
                                                      const HeaderList& headers = {});
  /// Opens a watch on a target that has its "watch=1" already. Fails the case unless it is a 200.
  [[nodiscard]] WatchStream watch(std::string_view target, const HeaderList& headers = {});

 private:
  net::HttpRequest request(std::string_view method, std::string_view target, std::string_view body,
                           std::string_view content_type, const HeaderList& headers);
  std::unique_ptr<net::HttpClient> http_;
  std::string token_;
};

/// What a case plays in: a namespace of its own on a server that has KAITO's CRDs.
class Session : public Wire {
 public:
  Session();
  /// Takes the finalizers off its Workspaces, so that the CRDs can be removed.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] const std::string& space() const { return space_; }
  /// "/apis/kaito.sh/v1beta1/namespaces/SPACE/workspaces[/name]"
  [[nodiscard]] std::string workspaces(std::string_view name = {},
                                       std::string_view version = "v1beta1") const;
  [[nodiscard]] std::string inference_sets(std::string_view name = {}) const;
  /// "/api/v1/namespaces/SPACE/PLURAL[/name]"
  [[nodiscard]] std::string core(std::string_view plural, std::string_view name = {}) const;
  [[nodiscard]] std::string group(std::string_view group_version, std::string_view plural,
                                  std::string_view name = {}) const;

  /// POSTs a Workspace with a merge patch laid over it.
  Reply create(std::string_view name, std::string_view patch = "{}");
  /// The stored Workspace with a merge patch laid over it, as JSON.
  [[nodiscard]] std::string changed(std::string_view name, std::string_view patch);
  /// The resourceVersion of the list of Workspaces.
  [[nodiscard]] std::string list_version();

 private:
  std::string space_;
};

/// A Workspace that the schema accepts, with a merge patch laid over it.
[[nodiscard]] std::string workspace(std::string_view name, std::string_view patch = "{}");
[[nodiscard]] std::string inference_set(std::string_view name, std::string_view patch = "{}");
/// A ConfigMap, with a merge patch laid over it.
[[nodiscard]] std::string config_map(std::string_view name, std::string_view patch = "{}");

/// JSON of a text of ours.
[[nodiscard]] json::Value parsed(std::string_view text);

/// Asks again and again until it is so; false when it is not so in time.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

/// A name that no other case and no other run has used.
[[nodiscard]] std::string unique_name(std::string_view prefix);

/// The minor version of the server: 20 of v1.20.2.
[[nodiscard]] int minor_version();

/// Says that the case has nothing to ask of this server, and why: the page shows that instead of a
/// tick. Nothing may be checked in such a case.
void not_for_this_server(const std::string& why);
/// Says what of the row this server was not asked for; the page shows it beside the tick.
void without_part(const std::string& what);

}  // namespace kaito::conformance
