#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "catalog/embedded.hpp"
#include "catalog/entries.hpp"
#include "kaito/base/text.hpp"
#include "kaito/catalog/catalog.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/schema.hpp"

namespace kaito::catalog {
namespace {

/// Puts the entry in place of that of the same name, or at the end.
template <class Entry, class Same>
void put(std::vector<Entry>& entries, Entry entry, const Same& same) {
  const auto found = std::find_if(entries.begin(), entries.end(), same);
  if (found == entries.end())
    entries.push_back(std::move(entry));
  else
    *found = std::move(entry);
}

/// Refuses a name, id or short name that a model of another name answers to.
[[nodiscard]] Result<void> check_names(const std::vector<Preset>& presets, const Preset& preset) {
  std::vector<std::string_view> names(preset.short_names.begin(), preset.short_names.end());
  names.push_back(preset.name);
  if (!preset.hugging_face.empty()) names.push_back(preset.hugging_face);
  for (const Preset& other : presets) {
    if (equals_ignoring_case(other.name, preset.name)) continue;
    for (const std::string_view name : names) {
      const bool taken =
          equals_ignoring_case(other.name, name) ||
          equals_ignoring_case(other.hugging_face, name) ||
          std::any_of(other.short_names.begin(), other.short_names.end(),
                      [name](const auto& each) { return equals_ignoring_case(each, name); });
      if (taken) {
        return fail(ErrorCode::invalid, fmt::format("{}: \"{}\" is a name of {} already",
                                                    preset.source, name, other.name));
      }
    }
  }
  return {};
}

[[nodiscard]] Result<json::YamlDocument> checked(const CatalogFile& file, std::string_view schema) {
  KAITO_TRY(const json::Value rules, json::parse(schema));
  return json::load_checked_yaml(file.text, file.name, rules);
}

[[nodiscard]] Error at_place(Error error, const std::string& place) {
  error.message = place + ": " + error.message;
  return error;
}

[[nodiscard]] Result<void> add_models(const CatalogFile& file, std::vector<Preset>& presets) {
  KAITO_TRY(const auto document, checked(file, embedded::models_schema));
  const auto& root = document.value.value().as_object();
  const auto& models = root.at("models").as_array();
  for (std::size_t i = 0; i < models.size(); ++i) {
    const std::string place = document.places.of(FieldPath("models").index(i)).text();
    auto preset = preset_from_entry(models[i], root.at("family").as_string());
    if (!preset) return fail(at_place(std::move(preset).error(), place));
    preset->source = place;
    KAITO_CHECK(check_names(presets, *preset));
    const std::string name = preset->name;
    put(presets, std::move(*preset),
        [&name](const Preset& each) { return equals_ignoring_case(each.name, name); });
  }
  return {};
}

[[nodiscard]] Result<void> add_skus(const CatalogFile& file, std::vector<Sku>& skus) {
  KAITO_TRY(const auto document, checked(file, embedded::skus_schema));
  const auto& root = document.value.value().as_object();
  const auto& entries = root.at("skus").as_array();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string place = document.places.of(FieldPath("skus").index(i)).text();
    auto sku = sku_from_entry(entries[i], root.at("cloud").as_string());
    if (!sku) return fail(at_place(std::move(sku).error(), place));
    sku->source = place;
    const std::string name = sku->name;
    const std::string cloud = sku->cloud;
    put(skus, std::move(*sku), [&](const Sku& each) {
      return each.cloud == cloud && equals_ignoring_case(each.name, name);
    });
  }
  return {};
}

/// Whether a file is one of SKUs; those of models say `models`.
[[nodiscard]] Result<bool> holds_skus(const CatalogFile& file) {
  KAITO_TRY(const auto documents, json::load_yaml(file.text, file.name));
  const auto* root = documents.size() == 1 ? documents.front().value.value().if_object() : nullptr;
  if (root != nullptr && root->contains("skus")) return true;
  if (root != nullptr && root->contains("models")) return false;
  return fail(ErrorCode::invalid,
              fmt::format("{}: neither \"models\" nor \"skus\" is in it", file.name),
              "docs/catalogue.md shows what a catalogue file looks like");
}

}  // namespace

Result<Catalog> Catalog::with(std::span<const CatalogFile> files) const {
  Catalog out = *this;
  for (const CatalogFile& file : files) {
    KAITO_TRY(const bool skus, holds_skus(file));
    KAITO_CHECK(skus ? add_skus(file, out.skus_) : add_models(file, out.presets_));
  }
  return out;
}

Catalog Catalog::with(Preset preset) const {
  Catalog out = *this;
  const std::string name = preset.name;
  put(out.presets_, std::move(preset), [&name](const Preset& each) {
    return equals_ignoring_case(each.name, name) || equals_ignoring_case(each.hugging_face, name);
  });
  return out;
}

}  // namespace kaito::catalog
