#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/base/time.hpp"

namespace kaito::kube {

/// How far a log with timestamps was read, so that a reader that had to begin again within a second
/// neither loses a line nor gives one twice.
class LogPosition {
 public:
  /// Whether the line is new. Lines that bear no time (the node's own words) always are.
  [[nodiscard]] bool is_new(std::string_view line);
  /// From the next line on the log begins again, somewhere before this position.
  void begin_again();

  [[nodiscard]] bool known() const { return last_.has_value(); }
  /// For sinceTime: the second of the last line, which the server repeats from.
  [[nodiscard]] std::string since() const;

 private:
  std::optional<Instant> last_;
  std::size_t at_last_ = 0;  ///< lines of that very time that were given
  std::size_t skipped_ = 0;  ///< of those, met again
  bool catching_up_ = false;
};

/// The line behind its timestamp; the line itself where it has none.
[[nodiscard]] std::string_view without_timestamp(std::string_view line);

}  // namespace kaito::kube
