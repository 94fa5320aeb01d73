#include "render/command.hpp"

#include <algorithm>
#include <array>

namespace kaito::render {

namespace {

constexpr std::array<bool, 256> safe_bytes = [] {
  std::array<bool, 256> safe{};
  for (const char c :
       std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                        "_@%+=:,./-"))
    safe[static_cast<unsigned char>(c)] = true;
  return safe;
}();

bool is_safe(char c) {
  return safe_bytes[static_cast<unsigned char>(c)];
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
    const auto index = place - flags_.begin();
    constexpr std::size_t usual_flags = 16;
    if (flags_.empty()) flags_.reserve(usual_flags);
    flags_.insert(flags_.begin() + index, {key, std::string(value), kind});
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
  constexpr std::size_t usual_flag = 48;
  out.reserve(out.size() + flags_.size() * usual_flag);
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
