#include "kaito/base/field_path.hpp"

#include <algorithm>

namespace kaito {
namespace {

bool is_plain_word(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '$';
  });
}

void append_quoted(std::string& text, std::string_view key) {
  text += "[\"";
  for (const char c : key) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  text += "\"]";
}

}  // namespace

FieldPath FieldPath::key(std::string_view name) const {
  FieldPath longer = *this;
  longer.steps_.emplace_back(std::string(name));
  return longer;
}

FieldPath FieldPath::index(std::size_t position) const {
  FieldPath longer = *this;
  longer.steps_.emplace_back(position);
  return longer;
}

std::string FieldPath::text() const {
  std::string text;
  for (const Step& step : steps_) {
    if (const auto* position = std::get_if<std::size_t>(&step)) {
      text += '[' + std::to_string(*position) + ']';
      continue;
    }
    const auto& name = std::get<std::string>(step);
    if (!is_plain_word(name)) {
      append_quoted(text, name);
      continue;
    }
    if (!text.empty()) text += '.';
    text += name;
  }
  return text;
}

}  // namespace kaito
