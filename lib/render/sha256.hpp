#pragma once

#include <string>
#include <string_view>

namespace kaito::render {

/// SHA-256 as 64 lower-case hex digits, for names that the operator derives so. Source: FIPS 180-4.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace kaito::render
