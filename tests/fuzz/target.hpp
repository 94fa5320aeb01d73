#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What each target defines: one input, in libFuzzer's form. Ends the process when something that
/// has to hold does not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace kaito::fuzz {

/// Says what does not hold and ends the process, as a crash that fuzzers keep the input of.
void hold(bool condition, const char* what);

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace kaito::fuzz
