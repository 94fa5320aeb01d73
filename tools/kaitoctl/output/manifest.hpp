#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/json/tree.hpp"

namespace kaitoctl {

/// The objects as a stream of YAML documents, with "---" between them.
[[nodiscard]] std::string manifest_stream(const std::vector<kaito::json::Tree>& objects);

/// A file of a manifest folder.
struct ManifestFile {
  std::string name;
  std::string text;
};
/// One file per object, "01-nodeclaim-NAME.yaml" in the order of the objects, and last a
/// kustomization.yaml that names them all.
[[nodiscard]] std::vector<ManifestFile> manifest_files(
    const std::vector<kaito::json::Tree>& objects);

/// Writes them, making the folder where it is missing. Files of earlier runs that are not written
/// again stay. Errors: failed, naming the file.
[[nodiscard]] kaito::Result<void> write_manifest_folder(const std::filesystem::path& folder,
                                                        const std::vector<ManifestFile>& files);

}  // namespace kaitoctl
