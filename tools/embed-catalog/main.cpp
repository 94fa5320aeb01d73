// embed-catalog PRESETS OUTPUT.cpp: checks PRESETS/**/*.yaml against PRESETS/schema and writes them
// as the source that lib/catalog/embedded.hpp declares. Runs on the build machine only.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/schema.hpp"

namespace {

namespace fs = std::filesystem;
using kaito::ErrorCode;
using kaito::Result;
using kaito::json::YamlDocument;

// Clang calls a longer literal an extension.
constexpr std::size_t kLongestLiteral = 60'000;

[[nodiscard]] Result<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) return kaito::fail(ErrorCode::parse, fmt::format("cannot read {}", path.string()));
  return text;
}

[[nodiscard]] Result<std::string> literal(const kaito::json::Value& value) {
  std::string text = kaito::json::write(value);
  if (text.size() > kLongestLiteral || text.find(")kaito\"") != std::string::npos)
    return kaito::fail(ErrorCode::invalid,
                       fmt::format("{} is too long to embed", kaito::shorten(text, 60)));
  return "R\"kaito(" + text + ")kaito\"";
}

/// Loads and checks files, and gathers what they become.
class Embedder {
 public:
  explicit Embedder(fs::path presets) : presets_(std::move(presets)) {}

  Result<std::string> run() {
    std::string models;
    std::string skus;
    KAITO_TRY(const auto model_files, yaml_files("models"));
    for (const fs::path& file : model_files)
      KAITO_CHECK(add_models(file, models));
    KAITO_TRY(const auto sku_files, yaml_files("skus"));
    for (const fs::path& file : sku_files)
      KAITO_CHECK(add_skus(file, skus));
    KAITO_TRY(auto mig, load(presets_ / "mig-profiles.yaml", "mig-profiles"));
    KAITO_TRY(const std::string profiles,
              literal(*kaito::json::find(mig.value.value(), {"profiles"})));
    KAITO_TRY(auto base, load(presets_ / "base-image.yaml", "base-image"));
    base.value.value().as_object().stable_erase("provenance");
    KAITO_TRY(const std::string image, literal(base.value.value()));
    return fmt::format(
        "// Made from presets/ by embed-catalog; change those files, not this one.\n"
        "#include \"catalog/embedded.hpp\"\n\n"
        "namespace kaito::catalog::embedded {{\n\nnamespace {{\n\n"
        "constexpr Model kModels[] = {{\n{}}};\n\nconstexpr Sku kSkus[] = {{\n{}}};\n\n}}  // "
        "namespace\n\n"
        "const std::span<const Model> models{{kModels}};\nconst std::span<const Sku> "
        "skus{{kSkus}};\n"
        "const std::string_view mig_profiles = {};\nconst std::string_view base_image = {};\n\n"
        "}}  // namespace kaito::catalog::embedded\n",
        models, skus, profiles, image);
  }

 private:
  [[nodiscard]] Result<std::vector<fs::path>> yaml_files(const std::string& folder) const {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(presets_ / folder, error))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    if (error || files.empty())
      return kaito::fail(ErrorCode::parse,
                         fmt::format("no *.yaml in {}/{}", presets_.string(), folder));
    std::sort(files.begin(), files.end());
    return files;
  }

  Result<YamlDocument> load(const fs::path& file, const std::string& schema) {
    auto known = schemas_.find(schema);
    if (known == schemas_.end()) {
      const fs::path path = presets_ / "schema" / (schema + ".schema.json");
      KAITO_TRY(const std::string text, read_file(path));
      auto parsed = kaito::json::parse(text);
      if (!parsed) return kaito::fail(std::move(parsed.error()).in(path.string()));
      known = schemas_.emplace(schema, kaito::json::Document(std::move(*parsed))).first;
    }
    KAITO_TRY(const std::string text, read_file(file));
    return kaito::json::load_checked_yaml(text, file.string(), known->second.value());
  }

  /// Refuses a name that another entry already answers to.
  Result<void> claim(std::string_view name, std::string_view kind, const YamlDocument& document,
                     const kaito::FieldPath& path) {
    const std::string place = document.places.of(path).text();
    const auto [other, fresh] =
        names_.emplace(fmt::format("{} {}", kind, kaito::to_lower(name)), place);
    if (!fresh)
      return kaito::fail(ErrorCode::invalid, fmt::format("{}: {}: \"{}\" is taken by {}", place,
                                                         path.text(), name, other->second));
    return {};
  }

  Result<void> add_models(const fs::path& file, std::string& out) {
    KAITO_TRY(auto document, load(file, "models"));
    auto& root = document.value.value().as_object();
    const std::string family(root.at("family").as_string());
    auto& models = root.at("models").as_array();
    for (std::size_t i = 0; i < models.size(); ++i) {
      auto& model = models[i].as_object();
      const auto at = kaito::FieldPath("models").index(i);
      KAITO_CHECK(claim(model.at("name").as_string(), "model", document, at.key("name")));
      if (const auto* id = model.if_contains("huggingFace"))
        KAITO_CHECK(claim(id->as_string(), "model", document, at.key("huggingFace")));
      if (const auto* names = model.if_contains("shortNames"))
        for (std::size_t n = 0; n < names->as_array().size(); ++n)
          KAITO_CHECK(claim(names->as_array()[n].as_string(), "model", document,
                            at.key("shortNames").index(n)));
      std::string history = "\"\"";
      if (const auto* ranges = model.if_contains("history")) {
        KAITO_TRY(history, literal(*ranges));
        model.stable_erase("history");
      }
      KAITO_TRY(const std::string entry, literal(models[i]));
      out += fmt::format("    {{\"{}\",\n     {},\n     {}}},\n", family, entry, history);
    }
    return {};
  }

  Result<void> add_skus(const fs::path& file, std::string& out) {
    KAITO_TRY(auto document, load(file, "skus"));
    auto& root = document.value.value().as_object();
    const std::string cloud(root.at("cloud").as_string());
    const auto& skus = root.at("skus").as_array();
    for (std::size_t i = 0; i < skus.size(); ++i) {
      KAITO_CHECK(claim(skus[i].as_object().at("name").as_string(), "SKU", document,
                        kaito::FieldPath("skus").index(i).key("name")));
      KAITO_TRY(const std::string entry, literal(skus[i]));
      out += fmt::format("    {{\"{}\",\n     {}}},\n", cloud, entry);
    }
    return {};
  }

  fs::path presets_;
  std::map<std::string, kaito::json::Document, std::less<>> schemas_;
  std::map<std::string, std::string, std::less<>> names_;  ///< "model phi-4" -> place
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: embed-catalog PRESETS OUTPUT.cpp\n");
    return 2;
  }
  const auto source = Embedder(argv[1]).run();
  if (!source) {
    fmt::print(stderr, "{}\n", source.error().describe());
    return 1;
  }
  std::ofstream out(argv[2], std::ios::binary | std::ios::trunc);
  out << *source;
  out.close();
  if (!out) {
    fmt::print(stderr, "cannot write {}\n", argv[2]);
    return 1;
  }
  return 0;
}
