#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <map>
#include <random>
#include <set>

#include "informer_harness.hpp"
#include "kaito/json/json.hpp"

namespace kaito::runtime {
namespace {

using kaito::test::Answer;

/// A cluster whose objects change at random, and whose answers fail at random: refused, cut in an
/// event, ended, expired, forgotten. Thread-safe.
class RoughCluster {
 public:
  explicit RoughCluster(unsigned seed) : random_(seed) {}

  Answer answer(const net::HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    if (rough_) change();
    const auto version = version_asked(request.target);
    if (rough_ && pick(6) == 0) return kaito::test::refused();
    if (!kaito::test::FakeCluster::is_watch(request)) return list(version);
    return watch(version);
  }

  /// No more changes and no more failures.
  void calm() {
    const std::lock_guard lock(mutex_);
    rough_ = false;
  }
  [[nodiscard]] std::map<std::string, int> objects() const {
    const std::lock_guard lock(mutex_);
    return objects_;
  }
  [[nodiscard]] int version() const {
    const std::lock_guard lock(mutex_);
    return version_;
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  static int version_asked(const std::string& target) {
    const auto at = target.find("resourceVersion=");
    return at == std::string::npos ? 0 : std::atoi(target.c_str() + at + 16);
  }

  void change() {
    for (unsigned i = pick(6); i > 0; --i) {
      const std::string name(1, static_cast<char>('a' + pick(8)));
      ++version_;
      const auto found = objects_.find(name);
      if (found != objects_.end() && pick(3) == 0) {
        events_.emplace_back(version_, "DELETED", name, born_[name]);
        objects_.erase(found);
      } else {
        if (found == objects_.end()) born_[name] = version_;
        events_.emplace_back(version_, found == objects_.end() ? "ADDED" : "MODIFIED", name,
                             born_[name]);
        objects_[name] = version_;
      }
    }
    if (pick(8) == 0) forgotten_ = version_ - static_cast<int>(pick(4));
  }

  std::string object(const std::string& name, int version, int born) const {
    return kaito::test::object_text(name, version, "u" + std::to_string(born));
  }

  Answer list(int version) {
    if (rough_ && version != 0 && pick(4) == 0)
      return kaito::test::error_answer(410, "Expired", "too old");
    std::vector<std::string> texts;
    for (const auto& [name, at] : objects_)
      texts.push_back(object(name, at, born_[name]));
    return kaito::test::list(texts, version_);
  }

  Answer watch(int from) {
    const auto expired = kaito::test::error_answer(410, "Expired", "too old");
    if (from < forgotten_)
      return pick(2) == 0 ? expired : kaito::test::watch(kaito::test::error_event(expired));
    std::string text;
    for (const auto& [version, type, name, born] : events_)
      if (version > from) text += kaito::test::event_text(type, object(name, version, born));
    if (!rough_) {
      // All there is, then silence for as long as anybody listens.
      auto feeding = std::make_shared<kaito::test::Feeding>();
      feeding->push(text + kaito::test::bookmark_text(version_));
      return kaito::test::watch(feeding);
    }
    switch (pick(4)) {
      case 0:
        return kaito::test::watch(text.substr(0, pick(static_cast<unsigned>(text.size()) + 1)));
      case 1:
        return kaito::test::watch(text + "{nonsense}\n");
      default:
        return kaito::test::watch(text);
    }
  }

  mutable std::mutex mutex_;
  std::mt19937 random_;
  bool rough_ = true;
  int version_ = 10;
  int forgotten_ = 0;
  std::map<std::string, int> objects_;
  std::map<std::string, int> born_;
  std::vector<std::tuple<int, std::string, std::string, int>> events_;
};

/// What a handler knows if it believes what it is told, and whether it was told nonsense.
class Believer {
 public:
  ChangeHandler handler() {
    return [this](const Change& change) {
      const std::lock_guard lock(mutex_);
      const auto known = known_.find(std::string(change.key()));
      consistent_ &= (known != known_.end()) == (change.before != nullptr);
      if (change.before && change.after) consistent_ &= known->second.uid == change.before->uid();
      if (!change.after) {
        known_.erase(std::string(change.key()));
        return;
      }
      known_[std::string(change.key())] = {
          std::string(change.after->uid()),
          std::stoi(std::string(change.after->resource_version()))};
    };
  }
  [[nodiscard]] std::map<std::string, int> known() const {
    const std::lock_guard lock(mutex_);
    std::map<std::string, int> versions;
    for (const auto& [key, object] : known_)
      versions[key.substr(3)] = object.version;
    return versions;
  }
  [[nodiscard]] bool consistent() const {
    const std::lock_guard lock(mutex_);
    return consistent_;
  }

 private:
  struct Known {
    std::string uid;
    int version = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;
  bool consistent_ = true;
};

TEST_CASE("whatever fails on the way, the store and the handlers end up like the cluster") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    RoughCluster rough(seed);
    kaito::test::ManualClock clock;
    const auto cluster = std::make_shared<kaito::test::FakeCluster>(
        [&](const net::HttpRequest& request) { return rough.answer(request); });
    const auto client = kaito::test::client_of(cluster);
    InformerOptions options;
    options.type = k8s::types::config_map();
    options.namespace_ = "ns";
    Informer informer(*client, options, clock);
    Believer believer;
    informer.add_handler(believer.handler());
    std::jthread running(
        [&](const std::stop_token& stop) { static_cast<void>(informer.run(stop)); });

    // Time goes on as soon as anybody waits for it.
    REQUIRE(kaito::test::eventually([&] {
      clock.advance(std::chrono::seconds(30));
      return cluster->lines().size() >= 40;
    }));
    rough.calm();
    CHECK(kaito::test::eventually([&] {
      clock.advance(std::chrono::seconds(30));
      return informer.store().resource_version() == std::to_string(rough.version()) &&
             believer.known() == rough.objects();
    }));
    std::map<std::string, int> stored;
    for (const auto& object : informer.store().list())
      stored[std::string(object->name())] = std::stoi(std::string(object->resource_version()));
    CHECK(stored == rough.objects());
    CHECK(believer.consistent());
    CHECK(informer.has_synced());
  }
}

}  // namespace
}  // namespace kaito::runtime
