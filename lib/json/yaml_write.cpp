#include <algorithm>
#include <string>
#include <string_view>

#include "json/shape.hpp"
#include "json/text_output.hpp"
#include "json/yaml_scalar.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::json {
namespace {

constexpr std::string_view kIndicators = ",[]{}#&*!|>'\"%@`";
// Readers need not look further than 1024 characters for the ":" after a key.
constexpr std::size_t kLongestSimpleKey = 1000;

/// Whether the text has only characters that can stand unescaped, tabs and line feeds aside.
bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    const bool blank = character.code == '\n' || character.code == '\t';
    if (!character.valid || (needs_escape(character.code) && !blank)) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

/// Whether the text of one line can be written without quotes as far as syntax goes.
bool is_plain_syntax(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (kIndicators.find(text[0]) != std::string_view::npos) return false;
  const bool indicator_alone = text.size() == 1 || text[1] == ' ';
  if ((text[0] == '-' || text[0] == '?' || text[0] == ':') && indicator_alone) return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  return text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos;
}

/// Whether a text of several lines can be a | block that needs no indentation indicator: its first
/// line that is not empty must not begin with a blank, and the last one must not be blanks alone.
bool fits_block(std::string_view text) {
  const std::size_t first = text.find_first_not_of('\n');
  if (first == std::string_view::npos || text[first] == ' ' || text[first] == '\t') return false;
  const std::size_t last = text.find_last_not_of('\n');
  const std::size_t last_line = text.substr(0, last + 1).rfind('\n');
  const std::size_t begin = last_line == std::string_view::npos ? 0 : last_line + 1;
  return text.substr(begin, last + 1 - begin).find_first_not_of(" \t") != std::string_view::npos;
}

class Emitter {
 public:
  /// A value after "key:", "-" or at the start of the document, which is at column `indent`.
  enum class After : std::uint8_t { start, key, dash };

  template <class Node>
  void emit(const Node& value, std::size_t indent, After after) {
    const Shape shape = shape_of(value);
    if (shape == Shape::object && !is_empty(value)) {
      emit_object(value, indent, after);
    } else if (shape == Shape::array && !is_empty(value)) {
      emit_array(value, indent, after);
    } else {
      if (after != After::start) out_ += ' ';
      emit_scalar(value, indent);
      if (out_.empty() || out_.back() != '\n') out_ += '\n';
    }
  }

  std::string out_;

 private:
  template <class Node>
  void emit_object(const Node& object, std::size_t indent, After after) {
    begin(after);
    bool first = after != After::key;
    each_member(object, [&](std::string_view key, const Node& value) {
      if (!first) out_.append(indent, ' ');
      first = false;
      emit_key(key, indent);
      // As kubectl does: the items of a list stand below the key, not further in.
      const bool list = shape_of(value) == Shape::array;
      emit(value, list ? indent : indent + 2, After::key);
    });
  }

  template <class Node>
  void emit_array(const Node& array, std::size_t indent, After after) {
    begin(after);
    bool first = after != After::key;
    each_item(array, [&](const Node& item) {
      if (!first) out_.append(indent, ' ');
      first = false;
      out_ += '-';
      emit(item, indent + 2, After::dash);
    });
  }

  /// After a key the first entry goes to a line of its own; after a dash it stays on the line.
  void begin(After after) {
    if (after == After::key) out_ += '\n';
    if (after == After::dash) out_ += ' ';
  }

  void emit_key(std::string_view key, std::size_t indent) {
    const std::size_t start = out_.size();
    emit_line(key);
    if (out_.size() - start > kLongestSimpleKey) {
      out_.insert(start, "? ");
      out_ += '\n';
      out_.append(indent, ' ');
    }
    out_ += ':';
  }

  /// `indent` is the column of what the scalar's text would have to stand in if it were a block.
  template <class Node>
  void emit_scalar(const Node& value, std::size_t indent) {
    const Shape shape = shape_of(value);
    if (shape == Shape::object) {
      out_ += "{}";
    } else if (shape == Shape::array) {
      out_ += "[]";
    } else if (shape == Shape::plain) {
      emit_number_or_word(value);
    } else {
      const std::string_view text = text_of(value);
      if (text.find('\n') != std::string_view::npos && is_printable(text) && fits_block(text)) {
        emit_block(text, std::max<std::size_t>(indent, 2));
      } else {
        emit_line(text);
      }
    }
  }

  template <class Node>
  void emit_number_or_word(const Node& value) {
    const std::size_t start = out_.size();
    append_plain(out_, value);
    // Readers of YAML 1.1 take 1e+21 for a string without a point in it.
    const std::size_t e = out_.find("e+", start);
    const std::size_t exponent = e == std::string::npos ? out_.find("e-", start) : e;
    if (is_real(value) && exponent != std::string::npos &&
        out_.find('.', start) == std::string::npos) {
      out_.insert(exponent, ".0");
    }
  }

  /// A string on one line, quoted where it has to be.
  void emit_line(std::string_view text) {
    const bool one_line = text.find_first_of("\n\t") == std::string_view::npos;
    if (!one_line || text.empty() || !is_printable(text) || reads_as_something_else(text)) {
      append_double_quoted(out_, text);
    } else if (is_plain_syntax(text)) {
      out_.append(text);
    } else {
      out_ += '\'';
      for (const char c : text)
        out_.append(c == '\'' ? 2 : 1, c);
      out_ += '\'';
    }
  }

  void emit_block(std::string_view text, std::size_t indent) {
    const std::size_t last = text.find_last_not_of('\n');
    const std::size_t breaks = text.size() - last - 1;
    out_ += breaks == 0 ? "|-\n" : breaks == 1 ? "|\n" : "|+\n";
    if (breaks > 0) text.remove_suffix(1);
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      if (end > start) out_.append(indent, ' ').append(text.substr(start, end - start));
      out_ += '\n';
      start = end + 1;
    }
  }
};

template <class Node>
std::string emitted(const Node& value) {
  Emitter emitter;
  emitter.emit(value, 0, Emitter::After::start);
  return std::move(emitter.out_);
}

}  // namespace

std::string write_yaml(const Value& value) {
  return emitted(value);
}

std::string write_yaml(const Tree& tree) {
  return emitted(tree.root());
}

}  // namespace kaito::json
