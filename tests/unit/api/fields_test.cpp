#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "documents.hpp"
#include "kaito/api/fields.hpp"
#include "kaito/api/inference_set.hpp"
#include "support/repository.hpp"

using namespace kaito;
using namespace kaito::api;

namespace {

std::string describe(const Field& field) {
  const std::map<FieldType, std::string> names{
      {FieldType::string, "string"},   {FieldType::integer, "integer"},
      {FieldType::boolean, "boolean"}, {FieldType::strings, "strings"},
      {FieldType::object, "object"},   {FieldType::string_map, "string_map"},
      {FieldType::objects, "objects"}, {FieldType::opaque, "opaque"}};
  return field.path + " " + names.at(field.type) + (field.required ? " required" : "");
}

/// The CRD's lines for "Workspace v1beta1", without that prefix.
std::vector<std::string> crd_lines(const std::string& prefix) {
  std::ifstream file(kaito::test::repository() / "tests/unit/api/crd_fields_v0.12.0.txt");
  REQUIRE(file.good());
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (line.rfind(prefix + " ", 0) == 0) lines.push_back(line.substr(prefix.size() + 1));
  return lines;
}

}  // namespace

TEST_CASE("decoding knows exactly the fields of the CRD") {
  struct Case {
    std::string crd;
    std::vector<Field> fields;
  };
  const Case cases[] = {
      {"Workspace v1alpha1", workspace_fields(ApiVersion::v1alpha1)},
      {"Workspace v1beta1", workspace_fields(ApiVersion::v1beta1)},
      {"InferenceSet v1alpha1", inference_set_fields(ApiVersion::v1alpha1)},
      {"InferenceSet v1beta1", inference_set_fields(ApiVersion::v1beta1)},
  };
  for (const auto& one : cases) {
    CAPTURE(one.crd);
    std::vector<std::string> known;
    for (const auto& field : one.fields)
      known.push_back(describe(field));
    std::sort(known.begin(), known.end());
    std::vector<std::string> expected = crd_lines(one.crd);
    std::sort(expected.begin(), expected.end());
    CHECK(expected.size() > 20);
    CHECK(test::lines(known) == test::lines(expected));
  }
}

TEST_CASE("the kitchen sink example sets every field") {
  const auto documents = test::yaml_file(test::examples_folder() / "kitchen-sink.yaml");
  REQUIRE(documents.size() == 2);
  struct Case {
    const json::Value& value;
    std::vector<Field> fields;
  };
  const Case cases[] = {{documents[0], workspace_fields(ApiVersion::v1beta1)},
                        {documents[1], inference_set_fields(ApiVersion::v1beta1)}};
  for (const auto& one : cases) {
    for (const auto& field : one.fields) {
      const json::Value* at = &one.value;
      std::istringstream steps(field.path);
      for (std::string step; at != nullptr && std::getline(steps, step, '.');) {
        const bool item = step.ends_with("[]");
        if (item) step.resize(step.size() - 2);
        at = json::find(*at, {step});
        if (item && at != nullptr) at = &at->as_array().at(0);
      }
      CHECK_MESSAGE(at != nullptr, field.path);
    }
  }
  CHECK(decode_workspace(documents[0]).problems.empty());
  CHECK(decode_inference_set(documents[1]).problems.empty());
}
