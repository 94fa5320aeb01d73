// The end-to-end suite: kaitoctl as a program, against an API server on which the suite plays
// operator and kubelet.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "target.hpp"

namespace {

int run(const std::filesystem::path& folder, int argc, char** argv) {
  auto target = kaito::e2e::Target::start(folder);
  if (!target) {
    std::cerr << "e2e: " << target.error().describe() << '\n';
    return 1;
  }
  auto& client = (*target)->client();
  const auto version = client.server_version(kaito::e2e::soon());
  if (!version) {
    std::cerr << "e2e: " << version.error().describe() << '\n';
    return 1;
  }
  std::cout << "e2e: against "
            << ((*target)->is_real() ? "a real kube-apiserver " : "the sandbox, Kubernetes ")
            << *version << " at " << (*target)->server() << std::endl;
  kaito::e2e::set_target(target->get());
  doctest::Context context(argc, argv);
  return context.run();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): cannot fail for this signal
  std::string name = (std::filesystem::temp_directory_path() / "kaitoctl-e2e.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    std::cerr << "e2e: no temporary folder at " << name << '\n';
    return 1;
  }
  const int code = run(name, argc, argv);
  std::filesystem::remove_all(name);
  return code;
}
