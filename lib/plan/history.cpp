#include "plan/history.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "kaito/base/text.hpp"

namespace kaito::plan {

namespace {

[[nodiscard]] std::string_view text_at(const json::Object& entry, std::string_view key) {
  const auto* found = entry.if_contains(key);
  if (found == nullptr || !found->is_string()) return {};
  return {found->get_string().data(), found->get_string().size()};
}

[[nodiscard]] bool covers(const json::Object& entry, const Release& release) {
  const auto since = release_number(text_at(entry, "since"));
  if (!since || release.number < *since) return false;
  const auto until = release_number(text_at(entry, "until"));
  return !until || release.number <= *until;
}

}  // namespace

std::optional<std::array<int, 3>> release_number(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  text = text.substr(0, text.find_first_of("-+"));
  const auto parts = split(text, '.');
  std::array<int, 3> out{};
  if (parts.size() < 2 || parts.size() > out.size()) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const char* const end = parts[i].data() + parts[i].size();
    const auto [stop, error] = std::from_chars(parts[i].data(), end, out[i]);
    if (error != std::errc() || stop != end || out[i] < 0) return std::nullopt;
  }
  return out;
}

const json::Object* entry_of(const json::Value& history, const Release& release,
                             std::string_view table) {
  const auto* list = history.if_array();
  if (list == nullptr) return nullptr;
  for (const auto& item : *list) {
    const auto* entry = item.if_object();
    if (entry == nullptr || !covers(*entry, release)) continue;
    if (table.empty() || text_at(*entry, "table") == table) return entry;
  }
  return nullptr;
}

std::int64_t bytes_at(const json::Object& entry, std::string_view key) {
  const auto parsed = Quantity::parse(text_at(entry, key));
  return parsed ? parsed->value() : 0;
}

std::int64_t integer_at(const json::Object& entry, std::string_view key) {
  const auto* found = entry.if_contains(key);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

Result<json::Document> built_in_values(const catalog::Catalog& catalog,
                                       const catalog::Preset& preset, const Release& release) {
  if (generates_presets(release)) return json::Document();
  KAITO_TRY(const json::Document history, catalog.history(preset));
  if (const auto* entry = entry_of(history.value(), release)) {
    const auto* generated = entry->if_contains("generated");
    if (generated == nullptr) return json::Document(json::Value(*entry));
    return json::Document();
  }
  // From v0.9.0 on any other id is generated.
  const bool had_a_package = !history.value().as_array().empty();
  if (is_at_least(release, 0, 9, 0) && !had_a_package) return json::Document();
  return fail(ErrorCode::not_found,
              "KAITO " + release.name + " does not know the model " + preset.name,
              preset.first_release.empty()
                  ? ""
                  : "it is there since " + preset.first_release +
                        (preset.last_release.empty() ? "" : ", until " + preset.last_release));
}

}  // namespace kaito::plan
