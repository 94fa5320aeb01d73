#pragma once

#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "support/repository.hpp"

namespace kaito::test {

/// One document of a YAML text; fails the case when it cannot be read.
inline json::Value yaml(const std::string& text) {
  auto documents = json::load_yaml(text, "test");
  REQUIRE_MESSAGE(documents.has_value(),
                  (documents ? std::string() : documents.error().describe()));
  REQUIRE(documents->size() == 1);
  return documents->front().value.value();
}

inline std::vector<json::Value> yaml_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path.string());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto documents = json::load_yaml(text, path.filename().string());
  REQUIRE_MESSAGE(documents.has_value(),
                  (documents ? std::string() : documents.error().describe()));
  std::vector<json::Value> values;
  for (auto& document : *documents)
    values.push_back(std::move(document.value.value()));
  return values;
}

/// One line per text, so that a failed comparison shows both sides.
inline std::string lines(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts)
    all += text + "\n";
  return all;
}

inline std::filesystem::path examples_folder() {
  return repository() / "examples/workspaces";
}

}  // namespace kaito::test
