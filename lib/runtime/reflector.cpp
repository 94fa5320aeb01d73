#include "runtime/reflector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"
#include "runtime/listing.hpp"

namespace kaito::runtime {
namespace {

using std::chrono::seconds;

/// A watch that ends sooner and without a word is not asked for again at once.
constexpr seconds short_watch{1};
/// How much longer than the watch itself its opening may take: some proxies hold the head back
/// until the first event.
constexpr seconds grace{30};
/// How long internal errors of the server are taken for passing.
constexpr std::chrono::minutes internal_errors_pass{1};

std::chrono::nanoseconds wish_of(const Error& error) {
  const auto* status = k8s::status_of(error);
  if (status == nullptr || !status->retry_after_seconds) return seconds(0);
  return std::clamp(seconds(*status->retry_after_seconds), seconds(0), seconds(60));
}

int code_of(const Error& error) {
  const auto* status = k8s::status_of(error);
  return status == nullptr ? 0 : status->code;
}

}  // namespace

void Reflector::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (auto listed = list(stop); !listed) {
      if (!stop.stop_requested()) pause(listed.error(), "listing again", stop);
      continue;
    }
    while (!stop.stop_requested() && watch(stop) == Next::watch) {
    }
  }
}

Result<void> Reflector::list(const std::stop_token& stop) {
  std::vector<Store::Entry> entries;
  const std::string known = version_.empty() ? "0" : version_;
  const std::string first = version_is_gone_ ? std::string() : known;
  // With a version of our own the server answers from its cache, whole, unless told to page.
  const bool own_version = !first.empty() && first != "0";
  auto version = list_at(first, own_version ? 0 : options_.page_size, entries, stop);
  if (!version && version_unavailable(version.error())) {
    log(4, fmt::format("{}; listing what is newest", version.error().describe()));
    version_is_gone_ = true;
    version = list_at("", options_.page_size, entries, stop);
    // The pages took so long that the server forgot where they began.
    if (!version && version_unavailable(version.error())) version = list_at("", 0, entries, stop);
  }
  if (!version) return fail(std::move(version).error());
  version_is_gone_ = false;
  version_ = std::move(*version);
  log(4, fmt::format("listed {} {} at version {}", entries.size(), options_.type.plural,
                     escape_controls(version_)));
  {
    // First, so that whoever waits for the list finds no failure any more.
    const std::lock_guard lock(mutex_);
    ++state_.lists;
    state_.failure.reset();
  }
  feed_.replace(std::move(entries), version_);
  return {};
}

Result<std::string> Reflector::list_at(const std::string& version, std::int64_t limit,
                                       std::vector<Store::Entry>& entries,
                                       const std::stop_token& stop) {
  entries.clear();
  const auto item = [&](json::Value& object) -> Result<void> {
    if (options_.transform) options_.transform(object);
    KAITO_TRY(auto entry, feed_.read(object));
    entries.push_back(std::move(entry));
    return {};
  };
  return list_pages(client_, options_, version, limit, item, stop);
}

Result<std::unique_ptr<kube::Watch>> Reflector::open(const std::stop_token& stop) {
  k8s::WatchOptions watch;
  watch.label_selector = options_.label_selector;
  watch.field_selector = options_.field_selector;
  watch.resource_version = version_;
  // Not all at the same time, or they would all come back at the same time.
  const auto lasts = std::chrono::duration_cast<seconds>(
      options_.watch_at_least * (1.0 + (options_.random ? options_.random() : 0.0)));
  watch.timeout_seconds = lasts.count();
  return client_.watch(options_.type, options_.namespace_, watch,
                       {Deadline::after(lasts + grace), stop});
}

Reflector::Next Reflector::watch(const std::stop_token& stop) {
  const auto began = clock_.now();
  auto watch = open(stop);
  if (!watch) return after_failure(watch.error(), false, stop);
  {
    const std::lock_guard lock(mutex_);
    ++state_.watches;
    state_.failure.reset();
  }
  for (bool silent = true;; silent = false) {
    auto event = (*watch)->next({Deadline::never(), stop});
    if (!silent || clock_.now() - began >= short_watch) expired_ = 0;
    if (!event) return after_failure(event.error(), true, stop);
    if (!*event) {
      if (silent && clock_.now() - began < short_watch)
        pause({ErrorCode::unreachable, "the watch ended at once", {}, "", nullptr},
              "watching again", stop);
      return Next::watch;
    }
    internal_errors_since_.reset();
    if (auto taken = take(std::move(**event)); !taken)
      return after_failure(taken.error(), true, stop);
  }
}

Result<void> Reflector::take(kube::WatchEvent event) {
  auto& object = event.object.value();
  const std::string version(json::string_at(object, {"metadata", "resourceVersion"}));
  // An event without a version (no server sends one) leaves us where we were.
  const std::string& reached = version.empty() ? version_ : version;
  if (event.type == kube::WatchEvent::Type::bookmark) {
    feed_.set_resource_version(reached);
  } else {
    if (options_.transform) options_.transform(object);
    if (event.type == kube::WatchEvent::Type::deleted) {
      KAITO_TRY(auto last, Snapshot::of(object));
      feed_.remove(std::move(last), reached);
    } else {
      KAITO_TRY(auto entry, feed_.read(object));
      feed_.put(std::move(entry), reached);
    }
  }
  version_ = reached;
  const std::lock_guard lock(mutex_);
  ++state_.events;
  return {};
}

Reflector::Next Reflector::after_failure(const Error& error, bool opened,
                                         const std::stop_token& stop) {
  if (stop.stop_requested()) return Next::list;
  if (error.code == ErrorCode::expired) {
    // At once, but not for ever: a server may forget faster than one can list.
    if (expired_++ == 0) {
      failed(error);
      log(1, fmt::format("{}; listing again", error.describe()));
    } else {
      pause(error, "listing again", stop);
    }
    return Next::list;
  }
  const bool passing = error.code == ErrorCode::unreachable || error.code == ErrorCode::timeout ||
                       error.code == ErrorCode::unavailable;
  if (passing && (!opened || code_of(error) == 429)) {
    pause(error, "watching again", stop);
    return Next::watch;
  }
  if (opened && code_of(error) == 500) return after_internal_error(error, stop);
  pause(error, "listing again", stop);
  return Next::list;
}

Reflector::Next Reflector::after_internal_error(const Error& error, const std::stop_token& stop) {
  const auto now = clock_.now();
  if (!internal_errors_since_) internal_errors_since_ = now;
  const bool may_pass = now - *internal_errors_since_ < internal_errors_pass;
  if (!may_pass) internal_errors_since_.reset();
  pause(error, may_pass ? "watching again" : "listing again", stop);
  return may_pass ? Next::watch : Next::list;
}

void Reflector::pause(const Error& error, std::string_view then, const std::stop_token& stop) {
  failed(error);
  const std::chrono::nanoseconds wait =
      backoff_.next(clock_.now(), options_.random ? options_.random() : 0.0);
  const auto longest = std::max(wait, wish_of(error));
  log(1, fmt::format("{}; {} in {}", error.describe(), then, format_duration(longest)));
  static_cast<void>(sleep_for(clock_, longest, stop));  // the caller looks at the stop itself
}

void Reflector::failed(const Error& error) {
  const std::lock_guard lock(mutex_);
  state_.failure = error;
}

void Reflector::log(int level, const std::string& line) const {
  if (options_.log) options_.log(level, line);
}

Informer::State Reflector::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace kaito::runtime
