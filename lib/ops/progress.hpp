#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kaito/base/error.hpp"
#include "kaito/json/value.hpp"

namespace kaito::ops {

/// How far a Workspace or InferenceSet is, judged from one version of it. Pure.
struct Progress {
  /// Phases reached, in order: stable name and text.
  struct Phase {
    std::string name;
    std::string text;
  };
  std::vector<Phase> reached;
  bool done = false;
  std::string waiting_for;     ///< what holds it back now, with the condition's own message
  std::optional<Error> fatal;  ///< why waiting is pointless (code terminal)
};

/// Source: workspace-api.md 3.4-3.7; conditions of all operator releases.
[[nodiscard]] Progress progress_of(const json::Value& object);

}  // namespace kaito::ops
