#include "json/yaml_load.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "json/json_events.hpp"
#include "json/text_output.hpp"
#include "json/yaml_events.hpp"
#include "kaito/base/text.hpp"

namespace kaito::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMostDirectives = 100;

constexpr std::uint64_t every_byte(unsigned char byte) {
  return 0x0101010101010101U * byte;
}

/// Where the text has something else than printable ASCII and line feeds, or a few bytes before
/// that. Eight bytes at a time.
std::size_t skip_plain(std::string_view text, std::size_t offset) {
  constexpr std::uint64_t kHighBits = every_byte(0x80);
  for (; offset + 8 <= text.size(); offset += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + offset, sizeof bytes);
    if ((bytes & kHighBits) != 0) return offset;
    // Below 0x80, adding carries into the high bit, and no further, from a certain byte on.
    const std::uint64_t printable = bytes + every_byte(0x80 - ' ');
    const std::uint64_t no_line_feed = (bytes ^ every_byte('\n')) + every_byte(0x7F);
    if ((~printable & no_line_feed & kHighBits) != 0) return offset;
  }
  return offset;
}

/// Refuses what is not text.
void check_characters(std::string_view text, unsigned first_line) {
  const auto refuse = [&](std::size_t offset, std::string message) {
    throw Refusal(TextPosition(text, first_line).at(offset), std::move(message));
  };
  constexpr std::string_view kLittleUtf32("\xFF\xFE\0\0", 4);
  constexpr std::string_view kBigUtf32("\0\0\xFE\xFF", 4);
  if (text.starts_with(kLittleUtf32) || text.starts_with(kBigUtf32)) {
    refuse(0, "this is UTF-32: save the file as UTF-8");
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    refuse(0, "this is UTF-16: save the file as UTF-8");
  }
  for (std::size_t offset = skip_plain(text, 0); offset < text.size();) {
    const auto byte = static_cast<unsigned char>(text[offset]);
    if ((byte >= 0x20 && byte < 0x80) || byte == '\n' || byte == '\t' || byte == '\r') {
      ++offset;
      continue;
    }
    if (byte < 0x20) {
      refuse(offset, fmt::format("a control character (\\x{:02x}): is this a text file?", byte));
    }
    const Character character = first_character(text.substr(offset));
    if (!character.valid) refuse(offset, "this is not UTF-8 text");
    offset = skip_plain(text, offset + character.bytes);
  }
}

/// libyaml compares every directive with all before it.
void check_directives(std::string_view text, unsigned first_line) {
  if (!text.starts_with('%')) return;
  std::size_t directives = 0;
  for (std::size_t at = 0; (at = text.find("\n%", at)) != std::string_view::npos; ++at) {
    if (++directives == kMostDirectives) {
      throw Refusal(TextPosition(text, first_line).at(at + 1), "too many directives");
    }
  }
}

void read_yaml(std::string_view text, unsigned first_line, YamlTree& tree) {
  if (const std::size_t mark = text.find(kByteOrderMark); mark != std::string_view::npos) {
    throw Refusal(TextPosition(text, first_line).at(mark), "a byte order mark inside the text");
  }
  check_directives(text, first_line);
  read_yaml_events(text, first_line, tree);
}

bool looks_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

/// JSON is read as JSON, because YAML's readers do not know all of it (surrogate escapes, long
/// keys). Where it is neither, the reader that came further tells why.
void read_events(std::string_view text, unsigned first_line, YamlTree& tree,
                 const YamlLimits& limits) {
  if (!looks_like_json(text)) return read_yaml(text, first_line, tree);
  const auto not_json = read_json_events(text, first_line, tree, limits);
  if (!not_json) return;
  const Mark json_mark = TextPosition(text, first_line).at(not_json->offset);
  try {
    read_yaml(text, first_line, tree);
  } catch (const Refusal& refusal) {
    if (refusal.mark() >= json_mark) throw;
    throw Refusal(json_mark, not_json->message);
  }
}

}  // namespace

std::optional<YamlProblem> read_piece(const YamlPiece& piece, const YamlLimits& limits,
                                      YamlTree& tree) {
  const auto problem = [&](Mark mark, std::string_view message) {
    return YamlProblem{{escape_controls(tree.file()), mark.line, mark.column},
                       escape_controls(message)};
  };
  std::string_view text = piece.text;
  if (piece.first_line == 1 && text.starts_with(kByteOrderMark))
    text.remove_prefix(kByteOrderMark.size());
  if (piece.too_large) {
    return problem({piece.first_line, 1},
                   fmt::format("the document has more than the {} bytes accepted", limits.bytes));
  }
  try {
    check_characters(text, piece.first_line);
    read_events(text, piece.first_line, tree, limits);
  } catch (const Refusal& refusal) {
    return problem(refusal.mark(), refusal.message());
  }
  return std::nullopt;
}

Error to_error(const YamlProblem& problem) {
  return {ErrorCode::parse, problem.place.text() + ": " + problem.message, {}, {}, nullptr};
}

Result<std::vector<YamlDocument>> load_yaml(std::string_view text, std::string file,
                                            YamlLimits limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorCode::parse,
                fmt::format("{}: the file has {} bytes, more than the {} accepted", file,
                            text.size(), limits.bytes));
  }
  YamlPieces pieces(text, limits.bytes);
  YamlTree tree(std::move(file), limits);
  for (;;) {
    KAITO_TRY(const auto piece, pieces.next());
    if (!piece) return tree.take_documents();
    if (const auto problem = read_piece(*piece, limits, tree)) return fail(to_error(*problem));
  }
}

}  // namespace kaito::json
