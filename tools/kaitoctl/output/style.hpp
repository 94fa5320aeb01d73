#pragma once

#include <string>
#include <string_view>

#include "environment.hpp"

namespace kaitoctl {

enum class Paint : unsigned char { none, bold, dim, red, green, yellow, cyan };

/// The text in colour, or as it is when `on` is false.
[[nodiscard]] std::string painted(std::string_view text, Paint paint, bool on);

/// Whether to use colour on a stream: --color wins, then NO_COLOR, CLICOLOR_FORCE, TERM=dumb, then
/// whether it is a terminal.
[[nodiscard]] bool use_color(const Environment& environment, std::string_view flag,
                             bool is_terminal);

}  // namespace kaitoctl
