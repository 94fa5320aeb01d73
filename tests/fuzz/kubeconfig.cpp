// kubeconfig files: whatever is in them, an answer or an error without the credentials.

#include "kube/kubeconfig.hpp"

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = kaito::kube::read_kubeconfig(kaito::fuzz::text_of(data, size), "config");
  if (!config) kaito::fuzz::hold(!config.error().message.empty(), "an error says why");
  return 0;
}
