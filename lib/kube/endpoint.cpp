#include "kube/endpoint.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/net/tls_check.hpp"
#include "kube/path.hpp"
#include "kube/proxy_environment.hpp"

namespace kaito::kube {
namespace {

void fill_trust(const ClusterEntry& cluster, const Surroundings& surroundings, net::TlsOptions& tls,
                Problems& problems) {
  tls.server_name = cluster.tls_server_name;
  tls.skip_verification = cluster.insecure_skip_tls_verify;
  const bool file = !cluster.certificate_authority.empty();
  const bool data = !cluster.certificate_authority_data.empty();
  if (file && data)
    problems.add(
        fmt::format("certificate-authority and certificate-authority-data are both specified for "
                    "cluster \"{}\" (from {})",
                    cluster.name, cluster.file));
  if ((file || data) && cluster.insecure_skip_tls_verify)
    problems.add(
        fmt::format("cluster \"{}\" (from {}) has a certificate authority and "
                    "insecure-skip-tls-verify: only one of them can hold",
                    cluster.name, cluster.file));
  if (data) {
    tls.ca_pem = cluster.certificate_authority_data;
    tls.ca_source = fmt::format("certificate-authority-data of cluster \"{}\" in {}", cluster.name,
                                cluster.file);
  } else if (file) {
    const auto path = seen_from_file(cluster.file, cluster.certificate_authority);
    auto text = surroundings.read_file(path);
    if (!text) {
      problems.add(fmt::format("cannot read certificate-authority {} (from {}): {}", path,
                               cluster.file, text.error().message));
      return;
    }
    tls.ca_pem = std::move(*text);
    tls.ca_source = path;
  } else {
    return;
  }
  net::TlsOptions anchors;
  anchors.ca_pem = tls.ca_pem;
  anchors.ca_source = tls.ca_source;
  // An empty file would mean the system's authorities.
  if (trim(tls.ca_pem).empty())
    problems.add(fmt::format("{}: there is no PEM certificate in it", tls.ca_source));
  else if (auto usable = net::check_tls_options(anchors); !usable)
    problems.add(std::move(usable).error());
}

void fill_proxy(const ClusterEntry& cluster, const Surroundings& surroundings, ClusterConfig& out,
                Problems& problems) {
  std::optional<net::Proxy> proxy;
  if (!cluster.proxy_url.empty()) {
    auto parsed = parse_proxy(cluster.proxy_url);
    if (!parsed) {
      problems.add(fmt::format("invalid proxy-url of cluster \"{}\" (from {}): {}", cluster.name,
                               cluster.file, parsed.error().message));
      return;
    }
    proxy = std::move(*parsed);
  } else {
    auto found = proxy_from_environment(out.server, surroundings.variable);
    if (!found) {
      problems.add(std::move(found).error());
      return;
    }
    proxy = std::move(*found);
  }
  out.proxy = std::move(proxy);
}

}  // namespace

void fill_endpoint(const ClusterEntry& cluster, bool certificate, const Surroundings& surroundings,
                   ClusterConfig& out, Problems& problems) {
  fill_trust(cluster, surroundings, out.tls, problems);
  out.disable_compression = cluster.disable_compression;
  if (cluster.server.empty()) {
    problems.add(
        cluster.name.empty()
            ? std::string("no server: give --server, or a cluster that has one")
            : fmt::format("no server for cluster \"{}\" (from {})", cluster.name, cluster.file));
    return;
  }
  const bool https = certificate || cluster.insecure_skip_tls_verify ||
                     !cluster.certificate_authority.empty() ||
                     !cluster.certificate_authority_data.empty();
  const bool has_scheme = cluster.server.find("://") != std::string::npos;
  const char* scheme = https ? "https://" : "http://";
  auto server = net::parse_url(has_scheme ? cluster.server : scheme + cluster.server);
  if (!server) {
    problems.add(fmt::format("server of cluster \"{}\" (from {}): {}", cluster.name, cluster.file,
                             server.error().message));
    return;
  }
  out.server = std::move(*server);
  fill_proxy(cluster, surroundings, out, problems);
}

}  // namespace kaito::kube
