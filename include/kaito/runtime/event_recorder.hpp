#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "kaito/kube/client.hpp"
#include "kaito/runtime/clock.hpp"

namespace kaito::runtime {

/// What an event is about: core/v1 ObjectReference.
struct ObjectReference {
  std::string api_version;
  std::string kind;
  std::string namespace_;  ///< "" = cluster-scoped; its events go to "default"
  std::string name;
  std::string uid;
  std::string resource_version;
  bool operator==(const ObjectReference&) const = default;
};

/// To an object as the API server gives it.
[[nodiscard]] ObjectReference reference_to(const json::Value& object);

enum class EventType : std::uint8_t { normal, warning };

struct EventRecorderOptions {
  std::string component;      ///< who reports: source.component, e.g. "kaito-workspace-controller"
  std::size_t queue = 1'000;  ///< events that wait to be sent; what comes then is dropped
  std::chrono::milliseconds call_timeout{10'000};
  /// An event that could not be brought to the server is tried again so often, so far apart (the
  /// first time sooner, by chance); those behind it wait.
  unsigned attempts = 12;
  std::chrono::milliseconds retry_period{10'000};
  std::chrono::milliseconds drain{2'000};  ///< how long the destructor sends what is left
  /// Level 1: what was not recorded, and why; 4: what was. Called on the recorder's thread. May be
  /// empty.
  std::function<void(int level, const std::string& line)> log;
  Random random = system_random();
};

/// Tells users what happens to an object, as core/v1 Events, which `kubectl describe` and `kaitoctl
/// status` show. An event that is told again is counted in the one that is there; ten that differ
/// in their messages alone, within ten minutes of each other, become one; of an object and type 25
/// are sent at once and then one each five minutes. What became of them is forgotten for the
/// objects that were not told of for longest, beyond 4096. Needs create and patch on `events`; that
/// it may fail is told to the log alone. Thread-safe. Source: kubernetes-client.md 4.7; client-go
/// tools/record.
class EventRecorder {
 public:
  /// Client and clock must outlive it. Starts a thread, which sends.
  EventRecorder(kube::Client& client, EventRecorderOptions options, Clock& clock);
  /// close() within options.drain.
  ~EventRecorder();
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  /// Never waits and never fails. `reason` is a word in CamelCase, for machines; of `message` up to
  /// 1024 bytes are kept.
  void record(const ObjectReference& about, EventType type, std::string_view reason,
              std::string_view message);

  /// Takes no more events, tries each that is left once, and ends the thread. Errors: timeout and
  /// interrupted (the rest is dropped, the thread has ended all the same).
  [[nodiscard]] Result<void> close(const CallLimits& limits);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::runtime
