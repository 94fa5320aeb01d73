#include "support/repository.hpp"

namespace kaito::test {

std::filesystem::path repository() {
  return KAITO_REPOSITORY;
}

}  // namespace kaito::test
