#pragma once

#include <map>
#include <string>

#include "kaito/kube/config.hpp"

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
    s.working_directory = working_directory;
    s.home = home;
    s.in_cluster_root = "/pod";
    return s;
  }

  Result<ClusterConfig> load(const ConfigOverrides& flags = {}) {
    return load_cluster_config(flags, surroundings());
  }
};

inline constexpr const char* ca_text =
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

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
  if (config.token == nullptr) return "(none)";
  auto token = config.token->token();
  return token ? *token : "(error)";
}

}  // namespace kaito::kube::test
