// The main of a suite that runs against one API server: see Target::start for which.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "support/api_target.hpp"

namespace {

int run(const std::string& suite, const std::filesystem::path& folder, int argc, char** argv) {
  auto target = kaito::test::Target::start(folder);
  if (!target) {
    std::cerr << suite << ": " << target.error().describe() << '\n';
    return 1;
  }
  auto& client = (*target)->client();
  const auto version = client.server_version(kaito::test::soon());
  if (!version) {
    std::cerr << suite << ": " << version.error().describe() << '\n';
    return 1;
  }
  std::cout << suite << ": against "
            << ((*target)->is_real() ? "a real kube-apiserver " : "the sandbox, Kubernetes ")
            << *version << " at " << (*target)->server() << std::endl;
  kaito::test::set_target(target->get());
  doctest::Context context(argc, argv);
  return context.run();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): cannot fail for this signal
  const std::string suite = std::filesystem::path(argv[0]).filename();
  std::string name =
      (std::filesystem::temp_directory_path() / ("kaitoctl-" + suite + ".XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    std::cerr << suite << ": no temporary folder at " << name << '\n';
    return 1;
  }
  const int code = run(suite, name, argc, argv);
  std::filesystem::remove_all(name);
  return code;
}
