#pragma once

#include <chrono>

namespace kaito::test {

/// How long anything may take that ought to happen at once: generous, since machines are slow and
/// programs are built with sanitizers.
inline constexpr std::chrono::seconds patience{60};

}  // namespace kaito::test
