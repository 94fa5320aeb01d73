#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/value.hpp"
#include "kaito/kube/config.hpp"
#include "kube/kubeconfig.hpp"

/// What a kubeconfig says about an exec plugin, and what is handed to the plugin. Source:
/// kubernetes-client.md 1.8; client-go plugin/pkg/client/auth/exec/exec.go.
namespace kaito::kube::auth {

/// Whether a plugin may ask on the terminal.
enum class Interaction : std::uint8_t { never, if_available, always };

/// users[].user.exec's interactiveMode; the older API version has a default. REQUIRES:
/// exec_problems() is empty.
[[nodiscard]] Interaction interaction_of(const ExecPlugin& plugin);

/// What is wrong with the entry, each with what to do; never shows arguments or variables. Errors
/// in it: invalid.
[[nodiscard]] std::vector<Error> exec_problems(const UserEntry& user);

/// The spec.cluster of KUBERNETES_EXEC_INFO: the cluster as it was resolved.
[[nodiscard]] json::Value exec_cluster(const ClusterEntry& cluster, const ClusterConfig& resolved);

/// The value of KUBERNETES_EXEC_INFO. `cluster`: nullptr = left out.
[[nodiscard]] std::string exec_info(const ExecPlugin& plugin, bool interactive,
                                    const json::Value* cluster);

/// The plugin's environment: `parent` ("NAME=value"), then the entry's variables, then
/// KUBERNETES_EXEC_INFO; of the same name the later one alone is kept.
[[nodiscard]] std::vector<std::string> exec_environment(const std::vector<std::string>& parent,
                                                        const ExecPlugin& plugin,
                                                        std::string_view info);

/// The program's file: a command with a slash is seen from the kubeconfig's directory; another is
/// looked for in PATH, whose relative folders are passed over. Nothing when it is not there.
/// `is_program`: whether there is such a file that may be run.
[[nodiscard]] std::optional<std::string> find_plugin(
    const std::string& command, const std::string& kubeconfig, std::string_view path,
    const std::function<bool(const std::string& file)>& is_program);

/// The value of a variable in "NAME=value" texts, or "".
[[nodiscard]] std::string_view variable_in(const std::vector<std::string>& environment,
                                           std::string_view name);

/// An install hint as it may be shown: without control characters, of bounded length.
[[nodiscard]] std::string shown_hint(std::string_view text);

}  // namespace kaito::kube::auth
