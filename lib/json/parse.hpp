#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/json/json.hpp"

namespace kaito::json {

/// Why a text is not JSON, and the byte offset at which it stops being so.
struct ParseFailure {
  std::size_t offset;
  std::string message;
};

/// parse() for callers that tell places in their own way. `out` is changed on success alone.
[[nodiscard]] std::optional<ParseFailure> parse_into(Value& out, std::string_view text,
                                                     const ParseLimits& limits);

}  // namespace kaito::json
