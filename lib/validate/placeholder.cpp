#include "validate/placeholder.hpp"

#include <algorithm>
#include <array>

#include "kaito/base/text.hpp"

namespace kaito::validate {

namespace {

constexpr std::size_t kLongest = 80;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z');
}
bool is_word(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

constexpr std::array kFillIns{std::string_view("replace_me"), std::string_view("replaceme"),
                              std::string_view("replace-me"), std::string_view("change_me"),
                              std::string_view("changeme"),   std::string_view("change-me")};

/// A run of letters, digits and "_" in capitals: ADAPTER_HERE, YOUR_IMAGE, REPLACE_WITH_TOKEN.
bool is_placeholder_word(std::string_view word) {
  constexpr std::string_view kHere = "_HERE";
  if (std::any_of(word.begin(), word.end(), [](char c) { return is_letter(c) && !is_upper(c); }))
    return false;
  return (word.ends_with(kHere) && word.size() > kHere.size()) || word.starts_with("YOUR_") ||
         word.starts_with("REPLACE_WITH_") || word == "REPLACE_ME" || word == "REPLACEME" ||
         word == "CHANGE_ME" || word == "CHANGEME";
}

/// The inside of <...>.
bool is_placeholder_in_brackets(std::string_view inside, TextKind kind) {
  const auto allowed = [](char c) {
    return is_word(c) || c == ' ' || c == '-' || c == '.' || c == '/' || c == ':';
  };
  if (inside.empty() || inside.size() > kLongest || !is_letter(inside.front()) ||
      !std::all_of(inside.begin(), inside.end(), allowed))
    return false;
  if (kind == TextKind::field) return true;
  const std::string lower = to_lower(inside);
  if (lower.starts_with("your") || lower.starts_with("insert") || lower.starts_with("replace"))
    return true;
  // <MODEL_ID>, but neither <BOS> nor <think>, which are tokens of a model.
  const bool capitals = std::none_of(inside.begin(), inside.end(),
                                     [](char c) { return is_letter(c) && !is_upper(c); });
  return capitals && inside.find_first_of("_ -") != std::string_view::npos;
}

/// Where the placeholder that starts at `at` ends, or `at` when none does.
std::size_t end_of_bracketed(std::string_view text, std::size_t at, TextKind kind) {
  const auto closed_by = [&](std::string_view open, std::string_view close) {
    if (text.substr(at, open.size()) != open) return at;
    const std::size_t end = text.find(close, at + open.size());
    return end == std::string_view::npos || end - at > kLongest ? at : end + close.size();
  };
  if (text[at] == '<') {
    const std::size_t end = closed_by("<", ">");
    if (end == at || !is_placeholder_in_brackets(text.substr(at + 1, end - at - 2), kind))
      return at;
    return end;
  }
  if (kind == TextKind::free_form) return at;
  return text[at] == '$' ? closed_by("${", "}") : closed_by("{{", "}}");
}

}  // namespace

bool may_hold_placeholder(std::string_view text) {
  constexpr std::size_t kShortest = 8;  // of the fill-ins
  constexpr std::size_t kLongestFillIn = 10;
  if (text.size() < 3) return false;
  // A bracket; capitals joined by "_"; or one of the fill-ins.
  const auto begins_one = [](char c) { return c == '<' || c == '$' || c == '{' || c == '_'; };
  if (std::any_of(text.begin(), text.end(), begins_one)) return true;
  if (text.size() < kShortest) return false;
  const bool begins = std::string_view("rRcC").find(text.front()) != std::string_view::npos;
  if (begins && text.size() <= kLongestFillIn) return true;
  return text.find("EME") != std::string_view::npos;
}

std::vector<std::string> placeholders_in(std::string_view text, TextKind kind) {
  if (std::any_of(kFillIns.begin(), kFillIns.end(),
                  [&](std::string_view fill_in) { return equals_ignoring_case(text, fill_in); }))
    return {std::string(text)};

  std::vector<std::string> found;
  const auto add = [&](std::string_view piece) {
    if (std::find(found.begin(), found.end(), piece) == found.end()) found.emplace_back(piece);
  };
  for (std::size_t at = 0; at < text.size();) {
    if (is_word(text[at])) {
      std::size_t end = at;
      while (end < text.size() && is_word(text[end]))
        ++end;
      if (is_placeholder_word(text.substr(at, end - at))) add(text.substr(at, end - at));
      at = end;
    } else if (const std::size_t end = end_of_bracketed(text, at, kind); end != at) {
      add(text.substr(at, end - at));
      at = end;
    } else {
      ++at;
    }
  }
  return found;
}

}  // namespace kaito::validate
