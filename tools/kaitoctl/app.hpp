#pragma once

#include <string>
#include <vector>

#include "environment.hpp"

namespace kaitoctl {

/// Runs one command line (without the program's name) and gives its exit code. Never throws.
[[nodiscard]] int run(const std::vector<std::string>& arguments, Environment& environment);

}  // namespace kaitoctl
