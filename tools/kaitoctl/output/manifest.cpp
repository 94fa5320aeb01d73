#include "output/manifest.hpp"

#include <fstream>

#include "kaito/base/text.hpp"

namespace kaitoctl {

namespace {

/// Safe as part of a file name, whatever a forced Workspace is called.
std::string file_part(std::string_view text) {
  std::string out = kaito::to_lower(text);
  for (char& c : out) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!plain) c = '-';
  }
  return out;
}

std::string file_name(std::size_t index, const kaito::json::Tree& object) {
  const std::string number = std::to_string(index + 1);
  return (number.size() < 2 ? "0" + number : number) + "-" + file_part(object.string_at({"kind"})) +
         "-" + file_part(object.string_at({"metadata", "name"})) + ".yaml";
}

}  // namespace

std::string manifest_stream(const std::vector<kaito::json::Tree>& objects) {
  std::string out;
  for (const auto& object : objects) {
    if (!out.empty()) out += "---\n";
    out += kaito::json::write_yaml(object);
  }
  return out;
}

std::vector<ManifestFile> manifest_files(const std::vector<kaito::json::Tree>& objects) {
  std::vector<ManifestFile> files;
  kaito::json::Tree kustomization;
  auto members = kustomization.members();
  members.add("apiVersion", "kustomize.config.k8s.io/v1beta1");
  members.add("kind", "Kustomization");
  auto names = members.add_list("resources");
  for (const auto& object : objects) {
    files.push_back({file_name(files.size(), object), kaito::json::write_yaml(object)});
    names.add(files.back().name);
  }
  files.push_back({"kustomization.yaml", kaito::json::write_yaml(kustomization)});
  return files;
}

kaito::Result<void> write_manifest_folder(const std::filesystem::path& folder,
                                          const std::vector<ManifestFile>& files) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem)
    return kaito::fail(kaito::ErrorCode::failed,
                       "cannot make the folder " + folder.string() + ": " + problem.message());
  for (const ManifestFile& file : files) {
    const auto path = folder / file.name;
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << file.text;
    out.close();
    if (!out) return kaito::fail(kaito::ErrorCode::failed, "cannot write " + path.string());
  }
  return {};
}

}  // namespace kaitoctl
