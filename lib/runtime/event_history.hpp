#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "kaito/base/time.hpp"
#include "kaito/json/value.hpp"
#include "kaito/runtime/clock.hpp"
#include "kaito/runtime/event_recorder.hpp"
#include "runtime/lru_map.hpp"

namespace kaito::runtime {

/// What somebody had to tell: see occurrence_of.
struct Occurrence {
  ObjectReference about;
  EventType type = EventType::normal;
  std::string reason;
  std::string message;
  Clock::TimePoint at;
  Instant wall;
};

/// Texts bounded as the server has them, and valid UTF-8 without control characters.
[[nodiscard]] Occurrence occurrence_of(const ObjectReference& about, EventType type,
                                       std::string_view reason, std::string_view message,
                                       const Clock& clock);

/// The Event that is to be on the server afterwards.
struct EventWrite {
  ObjectReference about;
  EventType type = EventType::normal;
  std::string reason;
  std::string message;
  std::string name;
  Instant first;
  Instant last;
  std::int64_t count = 1;  ///< more than 1: it should be there already
};

/// Source: client-go tools/record/events_cache.go.
struct EventLimits {
  std::size_t most = 4'096;        ///< of objects, of series and of groups that are remembered
  std::size_t distinct = 10;       ///< messages of a group from which on they are combined
  std::chrono::seconds gap{600};   ///< without news after which a group begins anew
  unsigned burst = 25;             ///< of an object and type, at once
  std::chrono::seconds each{300};  ///< and then one in this time
};

/// Decides what to write for what has occurred, given what was told before. Pure but for what it
/// remembers; one thread at a time.
class EventHistory {
 public:
  explicit EventHistory(EventLimits limits = {});

  /// Nothing: too many of this object. Such an occurrence is counted nevertheless: the next write
  /// of its series says so.
  [[nodiscard]] std::optional<EventWrite> next(const Occurrence& occurrence);

 private:
  /// Events with the same object, type, reason and message: one Event on the server.
  struct Series {
    std::string name;  ///< "" = new
    Instant first;
    std::int64_t count = 0;
  };
  /// Events that differ in their messages alone.
  struct Group {
    std::set<std::string> messages;
    Clock::TimePoint last;
  };
  /// A token bucket; begins full.
  struct Budget {
    std::optional<double> tokens;
    Clock::TimePoint counted;
  };

  [[nodiscard]] bool combines(const std::string& group_key, const Occurrence& occurrence);
  [[nodiscard]] bool spend(const std::string& object_key, Clock::TimePoint now);
  [[nodiscard]] std::string new_name(const ObjectReference& about, Instant wall);

  EventLimits limits_;
  LruMap<Series> series_;
  LruMap<Group> groups_;
  LruMap<Budget> budgets_;
  std::int64_t last_stamp_ = 0;
};

/// The namespace in which an object's events are.
[[nodiscard]] std::string event_namespace(const ObjectReference& about);
/// core/v1 Event, whole.
[[nodiscard]] json::Value event_object(const EventWrite& write, std::string_view component);
/// What a repetition changes in the Event that is there: a merge patch.
[[nodiscard]] json::Value event_patch(const EventWrite& write);

}  // namespace kaito::runtime
