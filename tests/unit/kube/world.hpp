#pragma once

#include <map>
#include <string>
#include <vector>

#include "kaito/kube/config.hpp"
#include "kaito/net/server.hpp"

namespace kaito::kube::test {

/// The outside world as maps; must outlive what is made from it.
struct World {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> unreadable;  ///< path -> why
  std::map<std::string, std::string> variables;
  std::map<std::string, unsigned> modes;
  std::string working_directory = "/work";
  std::string home = "/home/ada";
  std::chrono::steady_clock::time_point time{};
  Instant wall_time{};
  std::vector<std::string> environment;
  bool stdin_available = false;
  int reads = 0;

  Surroundings surroundings() {
    Surroundings s;
    s.read_file = [this](const std::string& path) -> Result<std::string> {
      ++reads;
      if (const auto bad = unreadable.find(path); bad != unreadable.end())
        return fail(ErrorCode::failed, bad->second);
      if (const auto found = files.find(path); found != files.end()) return found->second;
      return fail(ErrorCode::not_found, "No such file or directory");
    };
    s.variable = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    s.file_mode = [this](const std::string& path) -> std::optional<unsigned> {
      const auto found = modes.find(path);
      return found == modes.end() ? std::nullopt : std::optional(found->second);
    };
    s.now = [this] { return time; };
    s.wall_clock = [this] { return wall_time; };
    s.environment = environment;
    s.stdin_available = [this] { return stdin_available; };
    s.working_directory = working_directory;
    s.home = home;
    s.in_cluster_root = "/pod";
    return s;
  }

  Result<ClusterConfig> load(const ConfigOverrides& flags = {}) {
    return load_cluster_config(flags, surroundings());
  }
};

/// A certificate with its key, and the authority that signed it.
inline const net::SelfSigned& some_identity() {
  static const net::SelfSigned made = net::make_self_signed({"ada"}, 1).value();
  return made;
}
inline const std::string& ca_text() {
  return some_identity().ca_pem;
}

/// One cluster, one user with the given fields, one current context.
inline std::string one_user(const std::string& user_fields,
                            const std::string& cluster_fields = "server: https://c.example:6443") {
  return "apiVersion: v1\nkind: Config\ncurrent-context: ctx\n"
         "clusters:\n- name: c\n  cluster: {" +
         cluster_fields + "}\nusers:\n- name: u\n  user: {" + user_fields +
         "}\ncontexts:\n- name: ctx\n  context: {cluster: c, user: u}\n";
}

/// The token that the first request would carry.
inline std::string token_of(const ClusterConfig& config) {
  if (config.credentials == nullptr) return "(none)";
  auto credential = config.credentials->credential({});
  return credential ? (*credential)->token : "(error)";
}

}  // namespace kaito::kube::test
