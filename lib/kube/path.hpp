#pragma once

#include <filesystem>
#include <string>

namespace kaito::kube {

/// `path` seen from `directory`, without "." and ".." where that can be told from the text alone.
[[nodiscard]] inline std::string seen_from(const std::string& directory, const std::string& path) {
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

/// A path written in a kubeconfig: relative ones are seen from the file's own directory.
[[nodiscard]] inline std::string seen_from_file(const std::string& file, const std::string& path) {
  return seen_from(std::filesystem::path(file).parent_path().string(), path);
}

}  // namespace kaito::kube
