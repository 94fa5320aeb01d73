#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/call.hpp"
#include "sandbox/apiserver/selection.hpp"
#include "sandbox/apiserver/table.hpp"

namespace kaito::sandbox {
namespace {

using Clock = std::chrono::steady_clock;

/// What a watch was asked for.
struct WatchRequest {
  Selection selection;
  std::optional<std::int64_t> revision;  ///< nothing: start with what is there
  bool initial_events_end = false;
  bool bookmarks = false;
  Clock::time_point end;
};

/// How often a quiet watch looks whether its reader is still there.
constexpr std::chrono::milliseconds kLook{250};

[[nodiscard]] Result<WatchRequest> read_watch(const Call& call) {
  WatchRequest watch;
  KAITO_TRY(watch.selection, read_selection(call));
  KAITO_TRY(watch.revision, revision_parameter(call));
  watch.bookmarks = call.query.flag("allowWatchBookmarks");
  constexpr std::int64_t kDefaultSeconds = 1800;
  KAITO_TRY(std::int64_t seconds, integer_parameter(call, "timeoutSeconds", kDefaultSeconds));
  if (seconds <= 0) seconds = kDefaultSeconds;
  watch.end = Clock::now() + std::chrono::seconds(seconds);
  if (call.query.flag("sendInitialEvents")) {
    if (call.query.get("resourceVersionMatch") != "NotOlderThan")
      return fail(invalid_options(
          "ListOptions",
          forbidden_field("resourceVersionMatch",
                          "sendInitialEvents requires setting resourceVersionMatch to "
                          "NotOlderThan")));
    watch.initial_events_end = watch.bookmarks;
    watch.revision.reset();
  } else if (!call.query.get("resourceVersionMatch").empty()) {
    return fail(invalid_options(
        "ListOptions", forbidden_field("resourceVersionMatch",
                                       "resourceVersionMatch is forbidden for watch unless "
                                       "sendInitialEvents is provided")));
  }
  return watch;
}

/// One watch's stream of events.
class WatchStream {
 public:
  WatchStream(const Call& call, net::Responder& responder, const WatchRequest& watch)
      : call_(call), responder_(responder), watch_(watch) {}

  /// False once the reader is gone.
  [[nodiscard]] bool begin() {
    net::Headers headers;
    headers.add("Content-Type", "application/json");
    headers.add("Cache-Control", "no-cache, private");
    return responder_.begin(200, headers).has_value();
  }

  [[nodiscard]] bool send(std::string_view type, const ObjectPtr& object) {
    return send_raw(type, shown(object));
  }

  [[nodiscard]] bool send_change(const StoredChange& change) {
    if (change.resource != call_.resource->qualified()) return true;
    if (!call_.path.namespace_.empty() && change.key.namespace_ != call_.path.namespace_)
      return true;
    const bool before = change.before != nullptr && selects(*change.before);
    const bool after = change.kind != StoredChange::Kind::deleted && selects(*change.after);
    if (!before && !after) return true;
    if (before && after) return send("MODIFIED", in_version(*change.after));
    if (after) return send("ADDED", in_version(*change.after));
    // The last state that was seen, with the revision at which it went.
    json::Value last = *change.before;
    meta_of(last)["resourceVersion"] = std::to_string(change.revision);
    return send("DELETED", in_version(std::move(last)));
  }

  [[nodiscard]] bool send_bookmark(std::int64_t revision, bool ends_initial_events) {
    json::Object meta;
    meta["resourceVersion"] = std::to_string(revision);
    if (ends_initial_events) {
      json::Object annotations;
      annotations["k8s.io/initial-events-end"] = "true";
      meta["annotations"] = std::move(annotations);
    }
    json::Object object;
    object["kind"] = call_.resource->type.kind;
    object["apiVersion"] = call_.api_version();
    object["metadata"] = std::move(meta);
    return send_raw("BOOKMARK", std::move(object));
  }

  [[nodiscard]] bool send_error(const Error& error) { return send_raw("ERROR", error_json(error)); }

  [[nodiscard]] bool gone() { return responder_.gone(); }

 private:
  [[nodiscard]] bool selects(const json::Value& object) const {
    return is_selected(object, watch_.selection.labels, watch_.selection.fields);
  }

  [[nodiscard]] ObjectPtr in_version(json::Value object) const {
    object.as_object()["apiVersion"] = call_.api_version();
    return std::make_shared<const json::Value>(std::move(object));
  }

  [[nodiscard]] json::Value shown(const ObjectPtr& object) {
    if (call_.form == AnswerForm::metadata_list) return metadata_only(*object);
    if (call_.form != AnswerForm::table) return *object;
    json::Object meta;
    meta["resourceVersion"] = meta_string(*object, "resourceVersion");
    const std::string include = call_.query.get("includeObject");
    const RowObject row = include == "None"     ? RowObject::none
                          : include == "Object" ? RowObject::whole
                                                : RowObject::metadata;
    const bool first = !columns_sent_;
    columns_sent_ = true;
    return table_json(*call_.resource, call_.path.version, {object}, std::move(meta), row, first,
                      call_.store.now());
  }

  [[nodiscard]] bool send_raw(std::string_view type, json::Value object) {
    json::Object event;
    event["type"] = type;
    event["object"] = std::move(object);
    return responder_.write(json::write(event) + "\n").has_value();
  }

  const Call& call_;
  net::Responder& responder_;
  const WatchRequest& watch_;
  bool columns_sent_ = false;
};

/// Sends what is there; gives the revision from which to go on, or nothing when the reader is gone.
[[nodiscard]] std::optional<std::int64_t> send_initial(const Call& call, const WatchRequest& watch,
                                                       WatchStream& stream) {
  ListRequest request;
  request.namespace_ = call.path.namespace_;
  request.labels = watch.selection.labels;
  request.fields = watch.selection.fields;
  const auto page = call.store.list_page(call.type(), request);
  if (!page) {
    // The kind has just gone.
    static_cast<void>(stream.send_error(page.error()));
    return std::nullopt;
  }
  for (const ObjectPtr& object : page->items) {
    if (!stream.send("ADDED", object)) return std::nullopt;
  }
  if (watch.initial_events_end && !stream.send_bookmark(page->revision, true)) return std::nullopt;
  return page->revision;
}

void follow(const Call& call, const WatchRequest& watch, WatchStream& stream, std::int64_t revision,
            const std::stop_token& stop) {
  Clock::time_point bookmark = Clock::now() + call.options.bookmark_interval;
  while (!stop.stop_requested() && !stream.gone()) {
    const Clock::time_point now = Clock::now();
    if (watch.bookmarks && (now >= bookmark || now >= watch.end)) {
      if (!stream.send_bookmark(revision, false)) return;
      bookmark = now + call.options.bookmark_interval;
    }
    if (now >= watch.end) return;
    const auto until = std::min({watch.end, bookmark, now + kLook});
    const auto changes = call.store.wait_changes(revision, {Deadline::at(until), stop});
    if (!changes && changes.error().code == ErrorCode::expired) {
      static_cast<void>(stream.send_error(changes.error()));  // the stream ends either way
      return;
    }
    if (!changes) continue;  // nothing yet
    for (const StoredChange& change : *changes) {
      if (!stream.send_change(change)) return;
      revision = change.revision;
    }
  }
}

}  // namespace

Result<void> watch_objects(const Call& call, net::Responder& responder,
                           const std::stop_token& stop) {
  KAITO_TRY(const WatchRequest watch, read_watch(call));
  WatchStream stream(call, responder, watch);
  if (!stream.begin()) return {};
  std::optional<std::int64_t> revision = watch.revision;
  if (!revision) {
    revision = send_initial(call, watch, stream);
    if (!revision) return {};
  } else if (!call.store.reaches(*revision)) {
    static_cast<void>(stream.send_error(
        expired(fmt::format("too old resource version: {} ({})", *revision, call.store.oldest()))));
    return {};
  }
  follow(call, watch, stream, *revision, stop);
  return {};
}

}  // namespace kaito::sandbox
