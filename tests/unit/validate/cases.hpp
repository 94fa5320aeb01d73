#pragma once

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "kaito/validate/validate.hpp"

namespace kaito::test {

inline std::vector<json::Value> yaml_documents(const std::string& text) {
  auto documents = json::load_yaml(text, "test");
  REQUIRE_MESSAGE(documents.has_value(), (documents ? std::string() : documents.error().describe())
                                             << "\n"
                                             << text);
  std::vector<json::Value> values;
  for (auto& document : *documents)
    values.push_back(std::move(document.value.value()));
  return values;
}

inline json::Value yaml(const std::string& text) {
  auto values = yaml_documents(text);
  REQUIRE(values.size() == 1);
  return std::move(values.front());
}

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The built-in catalogue, any cloud, own nodes or not unknown, release unknown.
inline validate::Context context() {
  const auto catalog = catalog::Catalog::builtin();
  REQUIRE(catalog.has_value());
  validate::Context context;
  context.catalog = *catalog;
  return context;
}

inline std::vector<validate::Finding> check(const json::Value& value,
                                            const validate::Context& context) {
  if (json::string_at(value, {"kind"}) == "InferenceSet") {
    const auto decoded = api::decode_inference_set(value);
    return validate::check_inference_set(decoded.object, decoded.problems, context);
  }
  const auto decoded = api::decode_workspace(value);
  return validate::check_workspace(decoded.object, decoded.problems, context);
}

/// "V047 error inference.adapters[1].source.name", one line per finding.
inline std::string lines(const std::vector<validate::Finding>& findings) {
  std::string all;
  for (const auto& finding : findings) {
    // Whatever a finding says, it says something, and names a rule that is listed.
    CHECK_FALSE(finding.message.empty());
    all += finding.code + " " + std::string(validate::to_string(finding.severity)) + " " +
           finding.path.text() + "\n";
  }
  return all;
}

}  // namespace kaito::test
