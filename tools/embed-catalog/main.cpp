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
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/schema.hpp"

namespace {

namespace fs = std::filesystem;
using kaito::ErrorCode;
using kaito::Result;
using kaito::json::Value;
using kaito::json::YamlDocument;

// Clang calls a longer literal an extension.
constexpr std::size_t kLongestLiteral = 60'000;

[[nodiscard]] Result<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) return kaito::fail(ErrorCode::parse, fmt::format("cannot read {}", path.string()));
  return text;
}

[[nodiscard]] Result<std::string> literal(std::string_view text) {
  if (text.size() > kLongestLiteral || text.find(")kaito\"") != std::string_view::npos) {
    return kaito::fail(ErrorCode::invalid,
                       fmt::format("{} cannot be embedded", kaito::shorten(text, 60)));
  }
  return fmt::format("R\"kaito({})kaito\"", text);
}

/// Writes one aggregate initializer, in the order of the struct's fields; the first error sticks.
class Initializer {
 public:
  explicit Initializer(const Value& entry) : entry_(entry) {}

  void text(std::string_view value) {
    auto written = literal(value);
    if (!written && !error_) error_ = written.error();
    fields_ += fmt::format("{}, ", written ? *written : std::string());
  }
  /// The member string, "" when absent.
  void member(std::initializer_list<std::string_view> keys) {
    text(kaito::json::string_at(entry_, keys));
  }
  /// The member list, as words.
  void words(std::initializer_list<std::string_view> keys) {
    std::string joined;
    if (const Value* list = kaito::json::find(entry_, keys)) {
      for (const Value& item : list->as_array()) {
        joined +=
            fmt::format("{}{}", joined.empty() ? "" : " ", std::string_view(item.as_string()));
      }
    }
    text(joined);
  }
  /// The member number with one decimal, "" when absent.
  void decimal(std::initializer_list<std::string_view> keys) {
    const Value* number = kaito::json::find(entry_, keys);
    text(number != nullptr ? fmt::format("{:.1f}", number->to_number<double>()) : std::string());
  }
  void flag(std::initializer_list<std::string_view> keys) {
    const Value* value = kaito::json::find(entry_, keys);
    fields_ += value != nullptr && value->as_bool() ? "true, " : "false, ";
  }
  void number(std::initializer_list<std::string_view> keys) {
    fields_ += fmt::format("{}, ", kaito::json::int_at(entry_, keys));
  }

  [[nodiscard]] Result<std::string> finish() const {
    if (error_) return kaito::fail(*error_);
    return "    {" + fields_ + "},\n";
  }

 private:
  const Value& entry_;
  std::string fields_;
  std::optional<kaito::Error> error_;
};

/// Fields in the order of embedded::Model.
[[nodiscard]] Result<std::string> model_initializer(std::string_view family, const Value& model,
                                                    std::string_view history) {
  Initializer init(model);
  init.text(family);
  for (const char* key :
       {"name", "huggingFace", "status", "since", "until", "retiredIn", "retiredBecause",
        "replacedBy", "reachableAs", "license", "weights", "disk"})
    init.member({key});
  init.words({"runtimes"});
  init.words({"shortNames"});
  init.words({"architecture", "classes"});
  init.member({"architecture", "attention"});
  for (const char* key : {"gated", "tunable", "distributed"})
    init.flag({key});
  init.number({"bytesPerToken"});
  init.number({"tokenLimit"});
  for (const char* key :
       {"hiddenSize", "layers", "heads", "kvHeads", "headDim", "kvLoraRank", "qkRopeHeadDim"})
    init.number({"architecture", key});
  init.text(kaito::json::write(model));
  init.text(history);
  return init.finish();
}

/// Fields in the order of embedded::Sku.
[[nodiscard]] Result<std::string> sku_initializer(std::string_view cloud, const Value& sku) {
  Initializer init(sku);
  init.text(cloud);
  for (const char* key : {"name", "status", "since", "until", "retiredIn", "retiredBecause",
                          "gpuModel", "vendor", "memory"})
    init.member({key});
  init.decimal({"cudaComputeCapability"});
  init.flag({"nvme"});
  init.number({"gpuCount"});
  init.text(kaito::json::write(sku));
  return init.finish();
}

constexpr const char* kSource =
    R"(// Made from presets/ by embed-catalog; change those files, not this one.
#include "catalog/embedded.hpp"

namespace kaito::catalog::embedded {{
namespace {{

constexpr Model kModels[] = {{
{}}};

constexpr Sku kSkus[] = {{
{}}};

constexpr MigProfile kMigProfiles[] = {{
{}}};

constexpr FlagRule kFlagRules[] = {{
{}}};

constexpr MemoryShare kMemoryShares[] = {{
{}}};

{}
}}  // namespace

const std::span<const Model> models{{kModels}};
const std::span<const Sku> skus{{kSkus}};
const std::span<const MigProfile> mig_profiles{{kMigProfiles}};
const std::string_view base_image = {};
const std::span<const FlagRule> flag_rules{{kFlagRules}};
const std::span<const MemoryShare> memory_shares{{kMemoryShares}};
const Names served_classes{{kServedClasses}};
const Names hybrid_cache_classes{{kHybridCacheClasses}};
const Names no_cpu_cache_classes{{kNoCpuCacheClasses}};
const Names deep_gemm_classes{{kDeepGemmClasses}};
const Names flash_infer_models{{kFlashInferModels}};
const std::string_view models_schema = {};
const std::string_view skus_schema = {};

}}  // namespace kaito::catalog::embedded
)";

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
    KAITO_TRY(const std::string profiles, mig_profiles());
    KAITO_TRY(const std::string image, base_image());
    KAITO_TRY(const Generator generator, generator_tables());
    KAITO_TRY(const std::string models_schema, schema_literal("models"));
    KAITO_TRY(const std::string skus_schema, schema_literal("skus"));
    return fmt::format(fmt::runtime(kSource), models, skus, profiles, generator.rules,
                       generator.shares, generator.names, image, models_schema, skus_schema);
  }

 private:
  [[nodiscard]] Result<std::vector<fs::path>> yaml_files(const std::string& folder) const {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(presets_ / folder, error))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    if (error || files.empty()) {
      return kaito::fail(ErrorCode::parse,
                         fmt::format("no *.yaml in {}/{}", presets_.string(), folder));
    }
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
    KAITO_TRY(auto document,
              kaito::json::load_checked_yaml(text, file.string(), known->second.value()));
    // The schemas leave it to users whether their own files say where they are from.
    if (document.value.value().as_object().if_contains("provenance") == nullptr) {
      return kaito::fail(ErrorCode::invalid,
                         fmt::format("{}:1:1: \"provenance\" is missing", file.string()));
    }
    return document;
  }

  /// Refuses a name that another entry already answers to.
  Result<void> claim(std::string_view name, std::string_view kind, const YamlDocument& document,
                     const kaito::FieldPath& path) {
    const std::string place = document.places.of(path).text();
    const auto [other, fresh] =
        names_.emplace(fmt::format("{} {}", kind, kaito::to_lower(name)), place);
    if (!fresh) {
      return kaito::fail(ErrorCode::invalid, fmt::format("{}: {}: \"{}\" is taken by {}", place,
                                                         path.text(), name, other->second));
    }
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
      if (const auto* names = model.if_contains("shortNames")) {
        for (std::size_t n = 0; n < names->as_array().size(); ++n) {
          KAITO_CHECK(claim(names->as_array()[n].as_string(), "model", document,
                            at.key("shortNames").index(n)));
        }
      }
      std::string history = "[]";
      if (const auto* ranges = model.if_contains("history")) {
        history = kaito::json::write(*ranges);
        model.stable_erase("history");
      }
      model["family"] = family;
      KAITO_TRY(const std::string written, model_initializer(family, models[i], history));
      out += written;
    }
    return {};
  }

  Result<void> add_skus(const fs::path& file, std::string& out) {
    KAITO_TRY(auto document, load(file, "skus"));
    auto& root = document.value.value().as_object();
    const std::string cloud(root.at("cloud").as_string());
    auto& skus = root.at("skus").as_array();
    for (std::size_t i = 0; i < skus.size(); ++i) {
      KAITO_CHECK(claim(skus[i].as_object().at("name").as_string(), "SKU", document,
                        kaito::FieldPath("skus").index(i).key("name")));
      skus[i].as_object()["cloud"] = cloud;
      KAITO_TRY(const std::string written, sku_initializer(cloud, skus[i]));
      out += written;
    }
    return {};
  }

  Result<std::string> mig_profiles() {
    KAITO_TRY(const auto document, load(presets_ / "mig-profiles.yaml", "mig-profiles"));
    std::string out;
    for (const Value& profile : document.value.value().as_object().at("profiles").as_array()) {
      Initializer init(profile);
      init.member({"name"});
      init.member({"memory"});
      init.number({"slices"});
      KAITO_TRY(const std::string written, init.finish());
      out += written;
    }
    return out;
  }

  struct Generator {
    std::string rules;
    std::string shares;
    std::string names;
  };

  Result<Generator> generator_tables() {
    KAITO_TRY(const auto document, load(presets_ / "generator.yaml", "generator"));
    const auto& root = document.value.value().as_object();
    Generator out;
    for (const Value& flag : root.at("flags").as_array()) {
      KAITO_TRY(const std::string written, flag_rules(flag.as_object()));
      out.rules += written;
    }
    const auto& share = root.at("gpuMemoryUtilization").as_object();
    if (const Value* models = share.if_contains("byGpuModel")) {
      for (const auto& model : models->as_object()) {
        KAITO_TRY(const std::string name, literal(model.key()));
        out.shares += fmt::format("    {{{}, {}}},\n", name, model.value().to_number<double>());
      }
    }
    out.shares += fmt::format("    {{{{}}, {}}},\n", share.at("default").to_number<double>());
    KAITO_TRY(const auto classes, load(presets_ / "vllm-architectures.yaml", "vllm-architectures"));
    out.names = names("ServedClasses", classes.value.value().as_object().at("architectures"));
    out.names += names("HybridCacheClasses", root.at("hybridCacheArchitectures"));
    out.names += names("NoCpuCacheClasses", root.at("noCpuCacheArchitectures"));
    out.names += names("DeepGemmClasses", root.at("deepGemmArchitectures"));
    out.names += names("FlashInferModels", root.at("flashInferModels"));
    return out;
  }

  /// Fields in the order of embedded::FlagRule.
  static Result<std::string> flag_rules(const kaito::json::Object& flag) {
    KAITO_TRY(const std::string name, literal(flag.at("flag").as_string()));
    std::string out;
    const auto add = [&](std::string_view by, std::string_view match, const Value& value) {
      const std::string text =
          value.is_bool() ? "true" : std::string(std::string_view(value.as_string()));
      out += fmt::format("    {{{}, FlagRule::By::{}, \"{}\", \"{}\"}},\n", name, by, match, text);
    };
    if (const Value* never = flag.if_contains("neverForName"))
      for (const Value& model : never->as_array())
        add("never", model.as_string(), Value(""));
    for (const auto& rule : flag.at("byName").as_object())
      add("name", rule.key(), rule.value());
    if (const Value* classes = flag.if_contains("byArchitecture"))
      for (const auto& rule : classes->as_object())
        add("architecture", rule.key(), rule.value());
    return out;
  }

  /// A sorted list; the schemas let nothing through that would have to be escaped.
  static std::string names(std::string_view constant, const Value& list) {
    std::vector<std::string> sorted;
    for (const Value& name : list.as_array())
      sorted.emplace_back(std::string_view(name.as_string()));
    std::sort(sorted.begin(), sorted.end());
    std::string out = fmt::format("constexpr std::string_view k{}[] = {{\n", constant);
    for (const std::string& name : sorted)
      out += fmt::format("    \"{}\",\n", name);
    return out + "};\n\n";
  }

  /// A schema as users' files are checked against it at run time.
  Result<std::string> schema_literal(const std::string& schema) {
    return literal(kaito::json::write(schemas_.at(schema).value()));
  }

  Result<std::string> base_image() {
    KAITO_TRY(auto document, load(presets_ / "base-image.yaml", "base-image"));
    document.value.value().as_object().stable_erase("provenance");
    return literal(kaito::json::write(document.value.value()));
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
