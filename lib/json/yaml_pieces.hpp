#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/json/yaml.hpp"

namespace kaito::json {

/// A part of a text that holds one document, and the preamble of it.
struct YamlPiece {
  std::string_view text;   ///< valid until the next one is asked for
  unsigned first_line;     ///< in the whole text, from 1
  bool too_large = false;  ///< more than is accepted: `text` is not all of it
};

/// Follows a text, line by line, to tell where a JSON value ends that its lines begin with.
class JsonValueEnd {
 public:
  void add(std::string_view line);
  /// Whether all that was added is one value in brackets, and blanks. YAML that is no JSON may look
  /// so, too, but only where nothing more can follow in its document.
  [[nodiscard]] bool reached() const { return state_ == State::after; }

 private:
  enum class State : std::uint8_t { before, inside, in_string, escaped, after, other };
  [[nodiscard]] State next(char c);
  State state_ = State::before;
  std::size_t depth_ = 0;
};

/// Cuts a text at the lines that begin with "---" and after those that begin with "...", which YAML
/// allows nowhere inside a document, and between JSON values that each begin on a line of their
/// own. Directives and comments stay with the document after them. Holds one piece and what is read
/// ahead.
class YamlPieces {
 public:
  /// `most` is the size of the largest piece that is given whole.
  YamlPieces(ByteSource source, std::size_t most) : source_(std::move(source)), most_(most) {}
  /// A text in memory, which must outlive this.
  YamlPieces(std::string_view text, std::size_t most) : text_(text), most_(most), ended_(true) {}

  /// The next piece; nothing at the end. Errors: the source's, after which there is no more.
  [[nodiscard]] Result<std::optional<YamlPiece>> next();

 private:
  [[nodiscard]] Result<bool> find_line_end();
  [[nodiscard]] Result<void> fill();
  void forget();

  ByteSource source_;
  std::string buffer_;
  std::vector<char> read_ahead_;  ///< what fill() reads into
  std::string_view text_;         ///< what there is to cut: all of buffer_, or the caller's text
  std::size_t most_;
  std::size_t start_ = 0;     ///< of the piece
  std::size_t line_ = 0;      ///< the start of the line being looked at
  std::size_t line_end_ = 0;  ///< behind its line break
  unsigned number_ = 1;       ///< of that line
  bool too_large_ = false;    ///< the piece
  bool ended_ = false;        ///< the source has no more
};

}  // namespace kaito::json
