#include "kube/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kaito/base/text.hpp"
#include "kube/in_cluster.hpp"
#include "kube/merge.hpp"
#include "kube/path.hpp"

namespace kaito::kube {
namespace {

constexpr unsigned readable_by_others = 04;

std::vector<std::string> listed_files(std::string_view list, const std::string& directory) {
  std::vector<std::string> files;
  for (const auto element : split(list, ':')) {
    if (element.empty()) continue;
    auto file = seen_from(directory, std::string(element));
    if (std::find(files.begin(), files.end(), file) == files.end())
      files.push_back(std::move(file));
  }
  return files;
}

void warn_about_mode(const Kubeconfig& config, const std::string& file,
                     const Surroundings& surroundings, std::vector<std::string>& warnings) {
  if (!surroundings.file_mode) return;
  const bool secret = std::any_of(config.users.begin(), config.users.end(),
                                  [](const UserEntry& user) { return user.holds_secret(); });
  const auto mode = surroundings.file_mode(file);
  if (secret && mode && (*mode & readable_by_others) != 0)
    warnings.push_back(
        fmt::format("{} holds credentials and every user of this machine can read it: chmod 600 {}",
                    file, file));
}

/// The files that there are, merged; the absent ones go to `missing`.
Result<Kubeconfig> read_all(const std::vector<std::string>& files, const Surroundings& surroundings,
                            std::vector<std::string>& missing, std::vector<std::string>& warnings) {
  std::vector<Kubeconfig> read;
  std::vector<std::string> problems;
  for (const auto& file : files) {
    auto text = surroundings.read_file(file);
    if (!text) {
      if (text.error().code == ErrorCode::not_found)
        missing.push_back(file);
      else
        problems.push_back(
            fmt::format("cannot read kubeconfig {}: {}", file, text.error().message));
      continue;
    }
    auto config = read_kubeconfig(*text, file);
    if (!config) {
      problems.push_back(config.error().describe());
      continue;
    }
    warn_about_mode(*config, file, surroundings, warnings);
    read.push_back(std::move(*config));
  }
  if (!problems.empty()) return fail(ErrorCode::parse, join(problems, "\n"));
  return merge(std::move(read));
}

}  // namespace

Result<LoadedKubeconfig> load_kubeconfig(const ConfigOverrides& overrides,
                                         const Surroundings& surroundings) {
  LoadedKubeconfig loaded;
  std::vector<std::string> missing;
  if (!overrides.kubeconfig.empty()) {
    loaded.explicit_file = true;
    const auto file = seen_from(surroundings.working_directory, overrides.kubeconfig);
    KAITO_TRY(loaded.merged, read_all({file}, surroundings, missing, loaded.warnings));
    if (!missing.empty())
      return fail(ErrorCode::parse, fmt::format("kubeconfig {} does not exist", file),
                  "--kubeconfig names one file that must exist");
    loaded.tried.push_back(fmt::format("{} (--kubeconfig) defines no cluster", file));
    return loaded;
  }

  const auto list = surroundings.variable("KUBECONFIG").value_or("");
  if (!list.empty()) {
    const auto files = listed_files(list, surroundings.working_directory);
    KAITO_TRY(loaded.merged, read_all(files, surroundings, missing, loaded.warnings));
    const bool none = missing.size() == files.size();
    loaded.tried.push_back(fmt::format("KUBECONFIG names {}, which {}", join(files, ", "),
                                       none ? "does not exist" : "defines no cluster"));
    if (none && !files.empty())
      loaded.warnings.push_back(
          fmt::format("no file that KUBECONFIG names exists: {}", join(missing, ", ")));
    return loaded;
  }

  loaded.tried.emplace_back("KUBECONFIG is not set");
  if (overrides.pod_before_home && in_cluster_possible(surroundings)) return loaded;
  if (surroundings.home.empty()) {
    loaded.tried.emplace_back("there is no home directory");
    return loaded;
  }
  const auto file = seen_from(surroundings.home, ".kube/config");
  KAITO_TRY(loaded.merged, read_all({file}, surroundings, missing, loaded.warnings));
  loaded.tried.push_back(
      fmt::format("{} {}", file, missing.empty() ? "defines no cluster" : "does not exist"));
  return loaded;
}

}  // namespace kaito::kube
