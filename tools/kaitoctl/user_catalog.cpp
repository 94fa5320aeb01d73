#include "context.hpp"

namespace kaitoctl {

namespace {

using kaito::ErrorCode;
using kaito::Result;
using kaito::catalog::CatalogFile;

bool is_yaml(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

/// Where the user's own files are without a flag; "" when there is no such place.
std::string default_folder(const Environment& environment) {
  std::string base = environment.variable("XDG_CONFIG_HOME").value_or("");
  if (base.empty() || base[0] != '/') {
    if (environment.home.empty()) return {};
    base = environment.home + "/.config";
  }
  return base + "/kaitoctl/catalog";
}

Result<void> add_file(const Environment& environment, const std::string& path,
                      std::vector<CatalogFile>& files) {
  auto text = environment.read_file(path);
  if (!text) return kaito::fail(ErrorCode::parse, std::move(text.error().message));
  files.push_back({path, std::move(*text)});
  return {};
}

Result<void> add_folder(const Environment& environment, const std::string& folder,
                        const std::vector<std::string>& names, std::vector<CatalogFile>& files) {
  for (const std::string& name : names)
    if (is_yaml(name)) KAITO_CHECK(add_file(environment, folder + "/" + name, files));
  return {};
}

Result<std::vector<CatalogFile>> user_files(const Environment& environment,
                                            const std::vector<std::string>& given) {
  std::vector<CatalogFile> files;
  if (!environment.list_folder) return files;
  if (const std::string folder = default_folder(environment); !folder.empty()) {
    const auto names = environment.list_folder(folder);
    if (names)
      KAITO_CHECK(add_folder(environment, folder, *names, files));
    else if (names.error().code != ErrorCode::not_found)
      return kaito::fail(names.error());
  }
  for (const std::string& path : given) {
    if (is_yaml(path)) {
      KAITO_CHECK(add_file(environment, path, files));
      continue;
    }
    auto names = environment.list_folder(path);
    if (!names)
      return kaito::fail(ErrorCode::usage, "--catalog: " + std::move(names.error().message));
    KAITO_CHECK(add_folder(environment, path, *names, files));
  }
  return files;
}

}  // namespace

Result<const kaito::catalog::Catalog*> Context::catalog() {
  if (catalog_) return &*catalog_;
  KAITO_TRY(const auto* builtin, kaito::catalog::Catalog::builtin());
  KAITO_TRY(const auto files, user_files(environment_, flags_.catalogs));
  if (files.empty()) return builtin;
  auto whole = builtin->with(files);
  if (!whole) {
    // What is in a file that the user named is an input that cannot be read.
    if (whole.error().code == ErrorCode::invalid) whole.error().code = ErrorCode::parse;
    return kaito::fail(std::move(whole).error());
  }
  catalog_ = std::move(*whole);
  return &*catalog_;
}

}  // namespace kaitoctl
