// Every folder of tests/golden/render, and upstream's own examples.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "cases.hpp"
#include "kaito/base/text.hpp"
#include "support/repository.hpp"

namespace kaito::render::test {
namespace {

/// The catalogue with the models of the case's catalog.yaml; nothing where there is none.
std::optional<catalog::Catalog> own_catalog(const catalog::Catalog& builtin,
                                            const std::filesystem::path& folder) {
  const auto file = folder / "catalog.yaml";
  if (!std::filesystem::exists(file)) return std::nullopt;
  const std::vector<catalog::CatalogFile> files = {{"catalog.yaml", read_file(file)}};
  auto whole = builtin.with(files);
  REQUIRE_MESSAGE(whole, whole.error().describe());
  return std::move(*whole);
}

TEST_CASE("each golden case renders to its expected objects, the same each time") {
  std::size_t seen = 0;
  for (const Case& one : cases()) {
    CAPTURE(one.name);
    const auto documents = load(one.folder / "workspace.yaml");
    auto input = input_of(load(one.folder / "input.yaml"));
    const auto own = own_catalog(*input.catalog, one.folder);
    if (own) input.catalog = &*own;
    const std::string text = text_of(render_documents(documents, input));
    check_golden(one.folder / "expected.yaml", text);
    CHECK(text_of(render_documents(documents, input)) == text);
    ++seen;
  }
  CHECK(seen > 0);
}

/// The folders that a row of the table in README.md names: in its second column, in backticks.
std::vector<std::string> listed_cases() {
  std::vector<std::string> names;
  const std::string table = read_file(golden_folder() / "README.md");
  for (const auto line : split(table, '\n')) {
    const auto columns = split(line, '|');
    if (columns.size() < 3) continue;
    const auto parts = split(columns[2], '`');
    for (std::size_t i = 1; i < parts.size(); i += 2)
      names.emplace_back(parts[i]);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

TEST_CASE("README.md lists every case under what it is there for") {
  std::vector<std::string> there;
  for (const Case& one : cases())
    there.push_back(one.name);
  const auto listed = listed_cases();
  for (const auto& name : there)
    CHECK_MESSAGE(std::binary_search(listed.begin(), listed.end(), name),
                  "not in README.md: ", name);
  for (const auto& name : listed)
    CHECK_MESSAGE(std::binary_search(there.begin(), there.end(), name), "no folder: ", name);
}

std::vector<std::filesystem::path> upstream_examples(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".yaml")
      files.push_back(std::filesystem::relative(entry.path(), folder));
  std::sort(files.begin(), files.end());
  return files;
}

/// With an instance type where the arc examples leave a gap.
std::string filled_in(std::string text) {
  constexpr std::string_view gap = "<your-vm-sku>";
  if (const auto at = text.find(gap); at != std::string::npos)
    text.replace(at, gap.size(), "Standard_NC16_A16");
  return text;
}

TEST_CASE("each of upstream's examples renders, or says why it cannot") {
  const auto folder = kaito::test::repository() / "tests/e2e/data/upstream";
  const auto expected = golden_folder() / "upstream";
  const auto own_nodes = load(expected / "own-nodes.yaml");
  std::size_t rendered = 0;
  std::size_t refused = 0;
  for (const auto& example : upstream_examples(folder)) {
    CAPTURE(example.string());
    const std::string text = read_file(folder / example);
    const bool own = text.find("instanceType:") == std::string::npos;
    RenderInput input = input_of(own ? own_nodes : std::vector<json::Document>());
    if (example.string().starts_with("arc-")) input.cloud = "arc";
    const auto result = render_documents(documents_of(filled_in(text)), input);
    ++(result ? rendered : refused);
    check_golden(expected / example, text_of(result));
  }
  CHECK(rendered == 47);
  CHECK(refused == 3);  // falcon twice and a V100 size, which v0.12 no longer has
}

}  // namespace
}  // namespace kaito::render::test
