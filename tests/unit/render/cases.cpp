#include "cases.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "kaito/json/json.hpp"
#include "support/repository.hpp"

namespace kaito::render::test {

namespace {

void set_text(const json::Value& settings, std::string_view key, std::string& out) {
  const auto text = json::string_at(settings, {key});
  if (!text.empty()) out = text;
}

void read_settings(const json::Value& settings, RenderInput& input) {
  const std::string version(json::string_at(settings, {"kaitoVersion"}));
  if (!version.empty()) {
    const auto profile = find_profile(version);
    REQUIRE(profile);
    input.profile = *profile;
  }
  const std::string provisioner(json::string_at(settings, {"provisioner"}));
  if (!provisioner.empty()) {
    const auto parsed = parse_provisioner(provisioner);
    REQUIRE(parsed);
    input.provisioner = *parsed;
  }
  set_text(settings, "cloud", input.cloud);
  set_text(settings, "registry", input.registry);
  set_text(settings, "mirrorVolumeHandle", input.streaming.volume_handle);
  set_text(settings, "mirrorStorageClass", input.streaming.storage_class);
  set_text(settings, "streamingServiceAccount", input.streaming.service_account);
  REQUIRE(set_gates(input.gates, json::string_at(settings, {"featureGates"})));
  if (const auto* nvme = json::find(settings, {"nvmeStorageClass"}))
    input.nvme_storage_class = nvme->as_bool();
  if (const auto* nodes = json::find(settings, {"nodes"}))
    for (const auto& node : nodes->as_array())
      input.nodes.push_back(node_facts(node));
}

Result<Rendered> render_document(const json::Value& value, const RenderInput& input) {
  if (json::string_at(value, {"kind"}) == "InferenceSet")
    return render(api::decode_inference_set(value).object, input);
  return render(api::decode_workspace(value).object, input);
}

}  // namespace

std::filesystem::path golden_folder() {
  return kaito::test::repository() / "tests/golden/render";
}

std::vector<Case> cases() {
  std::vector<Case> out;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder()))
    if (std::filesystem::exists(entry.path() / "workspace.yaml"))
      out.push_back({entry.path().filename().string(), entry.path()});
  std::sort(out.begin(), out.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
  return out;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<json::Document> documents_of(const std::string& text) {
  std::vector<json::Document> out;
  auto documents = json::load_yaml(text, "case");
  REQUIRE_MESSAGE(documents, documents.error().describe());
  for (auto& document : *documents)
    out.push_back(std::move(document.value));
  return out;
}

std::vector<json::Document> load(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return {};
  return documents_of(read_file(path));
}

RenderInput input_of(const std::vector<json::Document>& settings) {
  RenderInput input;
  const auto catalog = catalog::Catalog::builtin();
  REQUIRE(catalog);
  input.catalog = *catalog;
  for (const auto& document : settings)
    read_settings(document.value(), input);
  return input;
}

Result<Rendered> render_documents(const std::vector<json::Document>& documents, RenderInput input) {
  for (const auto& document : documents)
    if (json::string_at(document.value(), {"kind"}) == "ConfigMap")
      input.config_maps.push_back(config_map_facts(document.value()));
  Rendered all;
  for (const auto& document : documents) {
    const auto kind = json::string_at(document.value(), {"kind"});
    if (kind != "Workspace" && kind != "InferenceSet") continue;
    KAITO_TRY(auto rendered, render_document(document.value(), input));
    for (auto& object : rendered.objects)
      all.objects.push_back(std::move(object));
    for (auto& note : rendered.notes)
      all.notes.push_back(std::move(note));
    all.nodes += rendered.nodes;
  }
  return all;
}

std::string text_of(const Result<Rendered>& rendered) {
  if (!rendered)
    return "# error: " + rendered.error().describe() + "\n# hint: " + rendered.error().hint + "\n";
  std::string text;
  for (const auto& note : rendered->notes)
    text += "# note: " + note + "\n";
  for (const auto& object : rendered->objects)
    text += "---\n" + json::write_yaml(object);
  return text;
}

void check_golden(const std::filesystem::path& file, const std::string& text) {
  const std::string expected = read_file(file);
  const char* update =  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
      std::getenv("KAITO_UPDATE_GOLDEN");
  if (text != expected && update != nullptr && std::string_view(update) == "1") {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    FAIL_CHECK("updated " << file.string());
    return;
  }
  CHECK_MESSAGE(text == expected, file.string());
}

}  // namespace kaito::render::test
