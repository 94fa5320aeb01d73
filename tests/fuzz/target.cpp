#include "target.hpp"

#include <cstdio>
#include <cstdlib>

namespace kaito::fuzz {

void hold(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace kaito::fuzz
