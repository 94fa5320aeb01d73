#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace kaito::ops {

/// What happens during an operation, told as it happens. The command line turns it into progress
/// lines; tests collect it.
struct Event {
  enum class Kind : std::uint8_t {
    note,      ///< a decision worth knowing ("phi-3-mini is phi-3-mini-4k-instruct")
    warning,   ///< something that will surprise
    phase,     ///< a step of waiting was reached ("nodes claimed")
    progress,  ///< still waiting, what for
  };
  Kind kind = Kind::note;
  std::string text;
  std::string phase;  ///< for phase and progress: its stable name ("nodes-ready")
};
using EventSink = std::function<void(const Event&)>;

}  // namespace kaito::ops
