#include "render/command.hpp"

#include <algorithm>

namespace kaito::render {

namespace {

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

void append_word(std::string& out, std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_safe)) {
    out += text;
    return;
  }
  out += '\'';
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (c == '$')
      out += "$$";
    else
      out += c;
  }
  out += '\'';
}

}  // namespace

std::string shell_word(std::string_view text) {
  std::string out;
  append_word(out, text);
  return out;
}

std::string kubelet_literal(std::string_view text) {
  std::string out;
  for (const char c : text)
    out.append(c == '$' ? 2 : 1, c);
  return out;
}

std::vector<Flags::Flag>::iterator Flags::place_of(std::string_view key) {
  return std::lower_bound(flags_.begin(), flags_.end(), key,
                          [](const Flag& flag, std::string_view k) { return flag.key < k; });
}

void Flags::put(std::string_view key, std::string_view value, Kind kind) {
  const auto place = place_of(key);
  if (place != flags_.end() && place->key == key) {
    place->value = value;
    place->kind = kind;
  } else {
    flags_.insert(place, {std::string(key), std::string(value), kind});
  }
}

void Flags::erase(std::string_view key) {
  const auto place = place_of(key);
  if (place != flags_.end() && place->key == key) flags_.erase(place);
}

bool Flags::contains(std::string_view key) const {
  return std::any_of(flags_.begin(), flags_.end(),
                     [key](const Flag& flag) { return flag.key == key; });
}

void Flags::append_to(std::string& out) const {
  for (const Flag& flag : flags_) {
    out += " --";
    append_word(out, flag.key);
    if (flag.kind == Kind::bare) continue;
    out += '=';
    if (flag.kind == Kind::shell)
      out += flag.value;
    else
      append_word(out, flag.value);
  }
}

}  // namespace kaito::render
