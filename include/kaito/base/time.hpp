#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito {

using Instant = std::chrono::sys_time<std::chrono::nanoseconds>;

/// RFC 3339, any offset, optional fraction. Errors: invalid.
[[nodiscard]] Result<Instant> parse_time(std::string_view text);
/// metav1.Time: "2026-01-02T03:04:05Z", whole seconds.
[[nodiscard]] std::string format_time(Instant instant);
/// metav1.MicroTime: exactly six fraction digits, which the API server insists on.
[[nodiscard]] std::string format_micro_time(Instant instant);

}  // namespace kaito
