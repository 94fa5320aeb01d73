#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kaito/runtime/informer.hpp"
#include "support/fake_cluster.hpp"
#include "support/manual_clock.hpp"

namespace kaito::test {

/// "+ns/a 1", "~ns/a 1>2", "-ns/a 2", with "?" where the final state is unknown and "!" of the
/// first list.
inline std::string text_of(const runtime::Change& change) {
  const std::string key(change.key());
  std::string text;
  if (!change.before)
    text = "+" + key + " " + std::string(change.after->resource_version());
  else if (!change.after)
    text = "-" + key + " " + std::string(change.before->resource_version());
  else
    text = "~" + key + " " + std::string(change.before->resource_version()) + ">" +
           std::string(change.after->resource_version());
  if (change.final_state_unknown) text += "?";
  if (change.initial) text += "!";
  return text;
}

/// What a handler was told. Thread-safe.
class Told {
 public:
  runtime::ChangeHandler handler() {
    return [this](const runtime::Change& change) {
      const std::lock_guard lock(mutex_);
      changes_.push_back(text_of(change));
    };
  }
  [[nodiscard]] std::vector<std::string> changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
  }
  /// Waits until as many were told, and gives them, to be compared.
  [[nodiscard]] std::vector<std::string> first(std::size_t count) const {
    static_cast<void>(eventually([&] { return changes().size() >= count; }));
    return changes();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> changes_;
};

/// An informer of ConfigMaps in "ns" over a cluster whose lists and watches are scripted: each
/// gives its answers in order; a list then the last one for ever, a watch then one that stays
/// silent. The clock is moved by the test, chance is always in the middle.
class Harness {
 public:
  explicit Harness(std::vector<Answer> lists, std::vector<Answer> watches = {},
                   runtime::InformerOptions options = {})
      : lists_(std::move(lists)), watches_(std::move(watches)) {
    cluster = std::make_shared<FakeCluster>(
        [this](const net::HttpRequest& request) { return answer(request); });
    client = client_of(cluster);
    options.type = k8s::types::config_map();
    options.namespace_ = "ns";
    options.random = [] { return 0.5; };
    options.log = [this](int, const std::string& line) {
      const std::lock_guard lock(mutex_);
      log_.push_back(line);
    };
    informer.emplace(*client, std::move(options), clock);
    informer->add_handler(told.handler());
  }
  ~Harness() { stop(); }
  Harness(const Harness&) = delete;
  Harness& operator=(const Harness&) = delete;

  Harness& start() {
    running_ = std::jthread([this](const std::stop_token& stop) {
      static_cast<void>(informer->run(stop));  // a second run is a test of its own
    });
    return *this;
  }
  void stop() {
    running_.request_stop();
    if (running_.joinable()) running_.join();
  }

  /// "GET" or "WATCH" and the query of each request so far, but what is the same for all.
  [[nodiscard]] std::vector<std::string> requests() const {
    std::vector<std::string> texts;
    for (const auto& line : cluster->lines()) {
      const bool watch = line.find("watch=true") != std::string::npos;
      std::string text = watch ? "WATCH" : "GET";
      std::string_view query(line);
      query.remove_prefix(std::min(query.find('?'), query.size() - 1) + 1);
      for (std::size_t at = 0; at < query.size();) {
        const auto end = std::min(query.find('&', at), query.size());
        const auto part = query.substr(at, end - at);
        at = end + 1;
        if (part.starts_with("watch=") || part.starts_with("allowWatchBookmarks=") ||
            part.starts_with("timeoutSeconds="))
          continue;
        text += " " + std::string(part);
      }
      texts.push_back(std::move(text));
    }
    return texts;
  }
  [[nodiscard]] std::vector<std::string> first_requests(std::size_t count) const {
    static_cast<void>(eventually([&] { return requests().size() >= count; }));
    return requests();
  }
  [[nodiscard]] std::vector<std::string> log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  /// Watches are answered once the handler was told so much, lest two states of an object become
  /// one change. To be set before start().
  std::size_t told_before_watch = 0;
  ManualClock clock;
  Told told;
  std::shared_ptr<FakeCluster> cluster;
  std::unique_ptr<kube::Client> client;
  std::optional<runtime::Informer> informer;

 private:
  Answer answer(const net::HttpRequest& request) {
    if (FakeCluster::is_watch(request)) static_cast<void>(told.first(told_before_watch));
    const std::lock_guard lock(mutex_);
    if (FakeCluster::is_watch(request)) {
      if (watched_ < watches_.size()) return watches_[watched_++];
      return {200, "", std::make_shared<Feeding>()};
    }
    return lists_[std::min(listed_++, lists_.size() - 1)];
  }

  mutable std::mutex mutex_;
  std::vector<Answer> lists_;
  std::vector<Answer> watches_;
  std::size_t listed_ = 0;
  std::size_t watched_ = 0;
  std::vector<std::string> log_;
  std::jthread running_;
};

inline Answer list(const std::vector<std::string>& objects, int version,
                   const std::string& continue_token = {}) {
  return {200, list_text(objects, version, continue_token)};
}
inline Answer watch(std::string text) {
  return {200, std::move(text)};
}
inline Answer watch(std::shared_ptr<Feeding> feeding) {
  return {200, "", std::move(feeding)};
}

}  // namespace kaito::test
