#include "kaito/base/version.hpp"

namespace kaito {

std::string_view version() {
  return KAITO_VERSION;
}

std::string_view kaito_release() {
  return "v0.12.0";
}

}  // namespace kaito
