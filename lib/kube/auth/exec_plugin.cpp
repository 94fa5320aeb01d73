#include "kube/auth/exec_plugin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kube/path.hpp"

namespace kaito::kube::auth {
namespace {

constexpr std::string_view v1 = "client.authentication.k8s.io/v1";
constexpr std::string_view v1beta1 = "client.authentication.k8s.io/v1beta1";
constexpr std::string_view v1alpha1 = "client.authentication.k8s.io/v1alpha1";
constexpr std::size_t longest_hint = 4096;

bool holds_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

/// Those of the entry's own words, which never stand in a message.
std::string words_problem(const ExecPlugin& plugin) {
  for (const auto& argument : plugin.arguments)
    if (holds_nul(argument)) return "one of its args holds a NUL character";
  for (const auto& [name, value] : plugin.environment) {
    if (name.empty()) return "one of its env entries has no name";
    if (name.find('=') != std::string::npos || holds_nul(name) || holds_nul(value))
      return "one of its env entries cannot be an environment variable";
  }
  return {};
}

}  // namespace

Interaction interaction_of(const ExecPlugin& plugin) {
  if (plugin.interactive_mode == "Never") return Interaction::never;
  if (plugin.interactive_mode == "Always") return Interaction::always;
  return Interaction::if_available;
}

std::vector<Error> exec_problems(const UserEntry& user) {
  const ExecPlugin& plugin = *user.exec;
  std::vector<Error> problems;
  const auto wrong = [&](std::string_view what, std::string hint = {}) {
    problems.push_back({ErrorCode::invalid,
                        fmt::format("exec plugin{} of user \"{}\" (from {}): {}",
                                    plugin.command.empty() ? "" : " \"" + plugin.command + "\"",
                                    user.name, user.file, what),
                        {},
                        std::move(hint),
                        nullptr});
  };
  if (plugin.command.empty()) wrong("command is missing");
  if (holds_nul(plugin.command)) wrong("command holds a NUL character");
  const auto& version = plugin.api_version;
  if (version.empty()) {
    wrong("apiVersion is missing", fmt::format("set it to what the plugin speaks: {}", v1));
  } else if (version == v1alpha1) {
    wrong(fmt::format("apiVersion {} is not supported any more", v1alpha1),
          "fetch the kubeconfig again with a current tool (EKS: `aws eks update-kubeconfig`)");
  } else if (version != v1 && version != v1beta1) {
    wrong(fmt::format("apiVersion \"{}\" is not supported", shorten(version, 64)),
          fmt::format("{} and {} are", v1, v1beta1));
  }
  const auto& mode = plugin.interactive_mode;
  if (mode.empty() && version == v1)
    wrong(fmt::format("interactiveMode is required with {}", v1),
          "set it to Never, IfAvailable or Always");
  else if (!mode.empty() && mode != "Never" && mode != "IfAvailable" && mode != "Always")
    wrong(fmt::format("interactiveMode \"{}\" is none", shorten(mode, 64)),
          "Never, IfAvailable and Always are");
  if (auto problem = words_problem(plugin); !problem.empty()) wrong(problem);
  return problems;
}

json::Value exec_cluster(const ClusterEntry& cluster, const ClusterConfig& resolved) {
  json::Object out;
  const auto add = [&out](const char* key, const std::string& value) {
    if (!value.empty()) out[key] = value;
  };
  out["server"] = resolved.server.text();
  add("tls-server-name", resolved.tls.server_name);
  if (resolved.tls.skip_verification) out["insecure-skip-tls-verify"] = true;
  if (!resolved.tls.ca_pem.empty())
    out["certificate-authority-data"] = base64_encode(resolved.tls.ca_pem);
  add("proxy-url", cluster.proxy_url);
  if (resolved.disable_compression) out["disable-compression"] = true;
  if (cluster.exec_config && !cluster.exec_config.value().is_null())
    out["config"] = cluster.exec_config.value();
  return out;
}

std::string exec_info(const ExecPlugin& plugin, bool interactive, const json::Value* cluster) {
  json::Object spec;
  if (cluster != nullptr) spec["cluster"] = *cluster;
  spec["interactive"] = interactive;
  json::Object info;
  info["kind"] = "ExecCredential";
  info["apiVersion"] = plugin.api_version;
  info["spec"] = std::move(spec);
  return json::write(info);
}

std::vector<std::string> exec_environment(const std::vector<std::string>& parent,
                                          const ExecPlugin& plugin, std::string_view info) {
  std::vector<std::string> out;
  const auto set = [&out](std::string entry) {
    const auto name = entry.substr(0, entry.find('=') + 1);
    const auto same = std::find_if(
        out.begin(), out.end(), [&](const std::string& known) { return known.starts_with(name); });
    if (same != out.end())
      *same = std::move(entry);
    else
      out.push_back(std::move(entry));
  };
  for (const auto& entry : parent)
    if (entry.find('=') != std::string::npos) set(entry);
  for (const auto& [name, value] : plugin.environment)
    set(name + "=" + value);
  set(fmt::format("KUBERNETES_EXEC_INFO={}", info));
  return out;
}

std::optional<std::string> find_plugin(
    const std::string& command, const std::string& kubeconfig, std::string_view path,
    const std::function<bool(const std::string& file)>& is_program) {
  if (command.find('/') != std::string::npos) {
    auto file = seen_from_file(kubeconfig, command);
    return is_program(file) ? std::optional(std::move(file)) : std::nullopt;
  }
  for (const auto folder : split(path, ':')) {
    // A relative folder would run whatever lies where one happens to be.
    if (!folder.starts_with('/')) continue;
    auto file = (std::filesystem::path(folder) / command).string();
    if (is_program(file)) return file;
  }
  return std::nullopt;
}

std::string_view variable_in(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string_view entry : environment)
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('='))
      return entry.substr(name.size() + 1);
  return {};
}

std::string shown_hint(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || (byte >= 0x20 && byte != 0x7f)) shown += c;
  }
  return shorten(trim(shown), longest_hint);
}

}  // namespace kaito::kube::auth
