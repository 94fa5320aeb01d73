#include "kube/flags.hpp"

#include <string_view>

#include "kaito/base/text.hpp"
#include "kube/path.hpp"

namespace kaito::kube {

void lay_over(const ConfigOverrides& flags, const std::string& working_directory,
              ClusterEntry& cluster) {
  if (!flags.server.empty()) {
    cluster.server = flags.server;
    cluster.tls_server_name.clear();
  }
  if (!flags.tls_server_name.empty()) cluster.tls_server_name = flags.tls_server_name;
  if (!flags.certificate_authority.empty()) {
    cluster.certificate_authority = seen_from(working_directory, flags.certificate_authority);
    cluster.certificate_authority_data.clear();
    cluster.insecure_skip_tls_verify = false;
  }
  if (flags.insecure_skip_tls_verify) {
    cluster.insecure_skip_tls_verify = true;
    cluster.certificate_authority.clear();
    cluster.certificate_authority_data.clear();
  }
  if (!flags.proxy_url.empty()) cluster.proxy_url = flags.proxy_url;
  if (flags.disable_compression) cluster.disable_compression = true;
}

void lay_over(const ConfigOverrides& flags, const std::string& working_directory, UserEntry& user) {
  if (!flags.token.empty()) {
    UserEntry bare;
    bare.name = user.name;
    bare.file = user.file;
    bare.as = user.as;
    bare.as_uid = user.as_uid;
    bare.as_groups = user.as_groups;
    bare.as_extra = user.as_extra;
    bare.token = flags.token;
    user = bare;
  }
  if (!flags.client_certificate.empty()) {
    user.client_certificate = seen_from(working_directory, flags.client_certificate);
    user.client_certificate_data.clear();
  }
  if (!flags.client_key.empty()) {
    user.client_key = seen_from(working_directory, flags.client_key);
    user.client_key_data.clear();
  }
  if (!flags.as.empty()) user.as = flags.as;
  if (!flags.as_uid.empty()) user.as_uid = flags.as_uid;
  if (!flags.as_groups.empty()) user.as_groups = flags.as_groups;
}

std::string namespace_flag(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return text;
  const auto prefix = to_lower(std::string_view(text).substr(0, slash));
  const bool known = prefix == "ns" || prefix == "namespace" || prefix == "namespaces";
  return known ? text.substr(slash + 1) : text;
}

}  // namespace kaito::kube
