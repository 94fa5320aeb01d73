#include <fmt/format.h>

#include <algorithm>

#include "catalog/entries.hpp"
#include "kaito/base/text.hpp"
#include "kaito/catalog/catalog.hpp"

namespace kaito::catalog {
namespace {

constexpr std::size_t kLongestName = 200;  // of what a message repeats
constexpr std::size_t kMostCandidates = 8;

/// What the server calls the model: the last part of its id, "gemma-3-4b-it".
[[nodiscard]] std::string_view served_name(const Preset& preset) {
  const std::string_view id = preset.hugging_face;
  return id.substr(id.rfind('/') + 1);
}

/// The names a preset answers to, apart from its id.
[[nodiscard]] std::vector<std::string_view> names_of(const Preset& preset) {
  std::vector<std::string_view> names{preset.name};
  names.insert(names.end(), preset.short_names.begin(), preset.short_names.end());
  if (!preset.hugging_face.empty()) names.push_back(served_name(preset));
  return names;
}

[[nodiscard]] bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

[[nodiscard]] std::string shown(std::string_view typed) {
  return escape_controls(shorten(typed, kLongestName));
}

[[nodiscard]] std::vector<const Preset*> with_prefix(std::span<const Preset> presets,
                                                     std::string_view prefix) {
  std::vector<const Preset*> current;
  std::vector<const Preset*> gone;
  for (const Preset& preset : presets) {
    const auto names = names_of(preset);
    if (std::any_of(names.begin(), names.end(), [prefix](std::string_view name) {
          return starts_with_ignoring_case(name, prefix);
        }))
      (preset.lifecycle == Lifecycle::current ? current : gone).push_back(&preset);
  }
  return current.empty() ? gone : current;
}

[[nodiscard]] ResolvedPreset found(const Preset& preset, std::string_view typed) {
  return {&preset, preset.name, preset.name != typed};
}

[[nodiscard]] tl::unexpected<Error> ambiguous(std::string_view typed,
                                              const std::vector<const Preset*>& matches) {
  std::vector<std::string> names;
  for (const Preset* preset : matches)
    if (names.size() < kMostCandidates) names.push_back(preset->name);
  std::string list = join(names, ", ");
  if (matches.size() > names.size())
    list += fmt::format(" and {} more", matches.size() - names.size());
  return fail(ErrorCode::not_found,
              fmt::format("\"{}\" could be {} models", shown(typed), matches.size()),
              fmt::format("say which: {}", list));
}

}  // namespace

std::string_view to_string(Lifecycle lifecycle) {
  switch (lifecycle) {
    case Lifecycle::current:
      return "current";
    case Lifecycle::deprecated:
      return "deprecated";
    case Lifecycle::retired:
      return "retired";
  }
  return "";
}

const Preset* Catalog::find_preset(std::string_view name) const {
  // The lengths tell most names apart.
  const auto is_named = [name](const std::string& known) {
    return known.size() == name.size() && equals_ignoring_case(known, name);
  };
  for (const Preset& preset : presets_) {
    if (is_named(preset.name) || (!name.empty() && is_named(preset.hugging_face))) return &preset;
  }
  return nullptr;
}

Result<ResolvedPreset> Catalog::resolve(std::string_view typed) const {
  typed = trim(typed);
  if (const Preset* preset = find_preset(typed)) {
    if (equals_ignoring_case(preset->name, typed)) return found(*preset, typed);
    // An id is what the user chose to write, and all that still loads a retired model.
    return ResolvedPreset{preset, preset->hugging_face, preset->hugging_face != typed};
  }
  if (typed.find('/') != std::string_view::npos) {
    if (is_hub_id(typed)) return ResolvedPreset{nullptr, std::string(typed), false};
    return fail(ErrorCode::not_found, fmt::format("\"{}\" is not a Hugging Face id", shown(typed)),
                "an id is ORG/NAME, in letters, digits, dots, dashes and underscores");
  }
  for (const Preset& preset : presets_) {
    for (const std::string_view name : names_of(preset))
      if (equals_ignoring_case(name, typed)) return found(preset, typed);
  }
  if (!typed.empty()) {
    const auto matches = with_prefix(presets_, typed);
    if (matches.size() == 1) return found(*matches.front(), typed);
    if (matches.size() > 1) return ambiguous(typed, matches);
  }
  std::vector<std::string> known;
  for (const Preset& preset : presets_) {
    for (const std::string_view name : names_of(preset)) {
      // What the server calls a model is its preset name often, but for the letter case.
      if (known.empty() || !equals_ignoring_case(known.back(), name)) known.emplace_back(name);
    }
  }
  std::string hint = did_you_mean(typed, known);
  if (hint.empty())
    hint = "a model is a preset name, the start of one, or a Hugging Face id ORG/NAME";
  return fail(ErrorCode::not_found, fmt::format("no model is called \"{}\"", shown(typed)),
              std::move(hint));
}

std::string Catalog::describe_retirement(const Preset& preset) const {
  if (preset.lifecycle == Lifecycle::current) return {};
  std::string out = fmt::format("{} is gone since {} ({})", preset.name, preset.retired_in,
                                preset.retired_because);
  if (!preset.reachable_as.empty())
    out += fmt::format("; its id {} still loads it", preset.reachable_as);
  if (!preset.replaced_by.empty()) out += fmt::format("; use {} instead", preset.replaced_by);
  return out;
}

}  // namespace kaito::catalog
