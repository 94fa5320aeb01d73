// GETs of one object, one after the other, on one client: what `curl URL URL ...` is compared with.
// Usage: bench_requests SERVER CA_FILE NAMESPACE NAME COUNT, the token in KAITO_TEST_TOKEN.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "kaito/kube/client.hpp"

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: bench_requests SERVER CA_FILE NAMESPACE NAME COUNT\n");
    return 2;
  }
  kaito::kube::ClusterConfig config;
  const auto server = kaito::net::parse_url(argv[1]);
  std::ifstream file(argv[2]);
  if (!server || !file) {
    std::fprintf(stderr, "bench_requests: no such server or CA file\n");
    return 2;
  }
  config.server = *server;
  config.tls.ca_pem.assign(std::istreambuf_iterator<char>(file), {});
  const char* token = std::getenv("KAITO_TEST_TOKEN");
  config.credentials = kaito::kube::fixed_token(token == nullptr ? "" : token);
  const auto client = kaito::kube::Client::create(std::move(config));
  if (!client) {
    std::fprintf(stderr, "%s\n", client.error().describe().c_str());
    return 1;
  }
  const kaito::k8s::ObjectRef ref{kaito::k8s::types::workspace(), argv[3], argv[4]};
  const int count = std::atoi(argv[5]);
  for (int i = 0; i < count; ++i) {
    const auto object = (*client)->get(ref, {kaito::Deadline::after(std::chrono::seconds(30)), {}});
    if (!object) {
      std::fprintf(stderr, "%s\n", object.error().describe().c_str());
      return 1;
    }
  }
  return 0;
}
