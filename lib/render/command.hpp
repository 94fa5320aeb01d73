#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Command lines for `sh -c` that text from outside cannot change: every word is data.
namespace kaito::render {

/// The text as one word of a shell's command line: as it is where that is safe, else in single
/// quotes; and `$` doubled, so that the kubelet does not expand "$(NAME)" in it either.
[[nodiscard]] std::string shell_word(std::string_view text);
/// A container's argument or variable that is to arrive as it is: `$` doubled.
[[nodiscard]] std::string kubelet_literal(std::string_view text);

/// `--key=value` words, written in the order of the keys, so that a command line is the same each
/// time (upstream's order is random). Keys outlive it: constants and those of the catalogue.
class Flags {
 public:
  /// Replaces the value of a key that is there.
  void set(std::string_view key, std::string_view value) { put(key, value, Kind::value); }
  /// `--key` alone.
  void set(std::string_view key) { put(key, {}, Kind::bare); }
  /// `text` is shell, for constants of our own.
  void set_shell(std::string_view key, std::string_view text) { put(key, text, Kind::shell); }
  void erase(std::string_view key);
  [[nodiscard]] bool contains(std::string_view key) const;
  /// " --a --b=1": each with a blank before it.
  void append_to(std::string& out) const;

 private:
  enum class Kind : std::uint8_t { value, bare, shell };
  struct Flag {
    std::string_view key;
    std::string value;
    Kind kind;
  };
  void put(std::string_view key, std::string_view value, Kind kind);
  [[nodiscard]] std::vector<Flag>::iterator place_of(std::string_view key);
  std::vector<Flag> flags_;  ///< sorted by key
};

}  // namespace kaito::render
