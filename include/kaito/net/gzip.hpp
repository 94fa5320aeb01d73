#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito::net {

/// The bytes as one gzip member. Errors: internal (out of memory). Source: RFC 1952.
[[nodiscard]] Result<std::string> gzip(std::string_view bytes);

/// What was compressed; members that follow each other are joined, as RFC 1952 has it. Never holds
/// more than `max` bytes of it. Errors: protocol (damaged, cut short, larger than `max`).
[[nodiscard]] Result<std::string> gunzip(std::string_view bytes, std::size_t max);

}  // namespace kaito::net
