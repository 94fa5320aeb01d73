#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito {

/// A Go duration ("1m30s", "300ms", "1.5h"); a bare integer is seconds, as kubectl's
/// --request-timeout has it. Errors: invalid.
[[nodiscard]] Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// "850ms", "12s", "3m20s", "1h5m": for messages, two parts at most.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

/// An age as kubectl prints it: "12s", "3m20s", "5h", "2d3h"; "<invalid>" when more than a second
/// negative. Source: apimachinery pkg/util/duration HumanDuration.
[[nodiscard]] std::string format_age(std::chrono::seconds age);

}  // namespace kaito
