#include <string>
#include <vector>

#include "app.hpp"
#include "process.hpp"

int main(int argc, char** argv) {
  kaitoctl::Process process;
  return kaitoctl::run(std::vector<std::string>(argv + 1, argv + argc), process.environment());
}
