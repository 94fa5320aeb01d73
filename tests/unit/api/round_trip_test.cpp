#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <filesystem>
#include <random>

#include "documents.hpp"
#include "kaito/api/fields.hpp"
#include "kaito/api/inference_set.hpp"

using namespace kaito;
using namespace kaito::api;

namespace {

json::Value again(const json::Value& value) {
  if (json::string_at(value, {"kind"}) == "InferenceSet")
    return encode_inference_set(decode_inference_set(value).object);
  return encode_workspace(decode_workspace(value).object);
}

void check_kept(const json::Value& value) {
  const json::Value written = again(value);
  CHECK_MESSAGE(json::equivalent(value, written), json::write(value) << "\nbecame\n"
                                                                     << json::write(written));
}

/// Documents with any of the known fields, of the right or a wrong type, and unknown ones on every
/// level.
class RandomDocument {
 public:
  explicit RandomDocument(unsigned seed) : random_(seed) {}

  json::Value of(const std::vector<Field>& fields, std::string_view kind,
                 std::string_view version) {
    json::Value value = object(fields, "");
    auto& top = value.get_object();
    top["apiVersion"] = "kaito.sh/" + std::string(version);
    top["kind"] = kind;
    top["metadata"] = json::Object{{"name", "x"}, {"labels", json::Object{{"a", "b"}}}};
    return value;
  }

 private:
  bool one_in(int n) { return std::uniform_int_distribution<int>(1, n)(random_) == 1; }

  json::Value anything() {
    switch (std::uniform_int_distribution<int>(0, 5)(random_)) {
      case 0:
        return "text";
      case 1:
        return 17;
      case 2:
        return true;
      case 3:
        return 0.5;
      case 4: {
        json::Array list;
        list.emplace_back("item");
        list.emplace_back(2);
        return list;
      }
      default:
        return json::Object{{"nested", json::Object{}}};
    }
  }

  json::Value value_of(const std::vector<Field>& fields, const Field& field) {
    if (one_in(12)) return anything();
    json::Array list;
    switch (field.type) {
      case FieldType::string:
        return one_in(8) ? "" : "text";
      case FieldType::integer:
        return one_in(4) ? 0 : 3;
      case FieldType::boolean:
        return one_in(2);
      case FieldType::strings:
        if (!one_in(4)) list.emplace_back("item");
        return list;
      case FieldType::string_map:
        return one_in(4) ? json::Object{} : json::Object{{"key", "text"}};
      case FieldType::object:
        return object(fields, field.path + ".");
      case FieldType::objects:
        for (int i = 0; i < 2; ++i)
          list.emplace_back(one_in(12) ? anything() : object(fields, field.path + "[]."));
        return list;
      case FieldType::opaque:
        break;
    }
    return json::Object{{"free", anything()}};
  }

  json::Value object(const std::vector<Field>& fields, const std::string& prefix) {
    json::Object members;
    for (const auto& field : fields) {
      if (field.path.rfind(prefix, 0) != 0) continue;
      const std::string key = field.path.substr(prefix.size());
      if (key.find('.') != std::string::npos || one_in(3)) continue;
      members[key] = value_of(fields, field);
    }
    if (one_in(3)) members["somethingNew"] = anything();
    return members;
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("our examples decode without a problem and come back the same") {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::examples_folder())) {
    CAPTURE(entry.path().filename().string());
    for (const auto& value : test::yaml_file(entry.path())) {
      check_kept(value);
      const auto problems = json::string_at(value, {"kind"}) == "InferenceSet"
                                ? decode_inference_set(value).problems
                                : decode_workspace(value).problems;
      CHECK(problems.empty());
      ++seen;
    }
  }
  CHECK(seen >= 9);
}

TEST_CASE("nothing of a random document is lost") {
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    RandomDocument random(seed);
    for (const auto version : {ApiVersion::v1alpha1, ApiVersion::v1beta1}) {
      check_kept(random.of(workspace_fields(version), "Workspace", to_string(version)));
      check_kept(random.of(inference_set_fields(version), "InferenceSet", to_string(version)));
    }
  }
}

TEST_CASE("encoding writes members in the order of the CRD") {
  const auto value = test::yaml(R"(
tuning: {output: {imagePushSecret: s, image: i}, input: {image: d}, method: lora, preset: {name: p}}
inference: {config: c, preset: {presetOptions: {}, name: p}}
resource: {labelSelector: {}, instanceType: t, count: 1}
metadata: {name: x}
kind: Workspace
apiVersion: kaito.sh/v1beta1
)");
  CHECK(json::write(again(value)) ==
        R"({"apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{"name":"x"},)"
        R"("resource":{"count":1,"instanceType":"t","labelSelector":{}},)"
        R"("inference":{"preset":{"name":"p","presetOptions":{}},"config":"c"},)"
        R"("tuning":{"preset":{"name":"p"},"method":"lora","input":{"image":"d"},)"
        R"("output":{"image":"i","imagePushSecret":"s"}}})");
}
