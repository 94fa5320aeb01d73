#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kaito/json/yaml.hpp"
#include "kaito/render/render.hpp"

namespace kaito::render::test {

/// A folder of tests/golden/render: workspace.yaml (the Workspace or InferenceSet, and the
/// ConfigMaps that it refers to), input.yaml (settings beside it, may be absent), expected.yaml.
struct Case {
  std::string name;
  std::filesystem::path folder;
};
[[nodiscard]] std::vector<Case> cases();

[[nodiscard]] std::filesystem::path golden_folder();
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
[[nodiscard]] std::vector<json::Document> documents_of(const std::string& text);
/// None where there is no such file.
[[nodiscard]] std::vector<json::Document> load(const std::filesystem::path& path);

/// The settings of an input.yaml; "" gives the defaults. Keys: kaitoVersion, cloud, provisioner,
/// registry, featureGates (text), nvmeStorageClass, nodes, mirrorVolumeHandle, mirrorStorageClass,
/// streamingServiceAccount.
[[nodiscard]] RenderInput input_of(const std::vector<json::Document>& settings);

/// Renders every Workspace and InferenceSet of the documents with the ConfigMaps among them.
[[nodiscard]] Result<Rendered> render_documents(const std::vector<json::Document>& documents,
                                                RenderInput input);
/// Objects as one YAML stream; an error as comment lines.
[[nodiscard]] std::string text_of(const Result<Rendered>& rendered);

/// Compares with the golden file, or writes it with KAITO_UPDATE_GOLDEN=1 (and says that it
/// failed).
void check_golden(const std::filesystem::path& file, const std::string& text);

}  // namespace kaito::render::test
