#include "json/json_events.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <cstddef>
#include <utility>

namespace kaito::json {
namespace {

/// The length of the string at the front of `text`, with its quotes.
std::size_t string_length(std::string_view text) {
  std::size_t end = 1;
  while (text[end] != '"')
    end += text[end] == '\\' ? 2 : 1;
  return end + 1;
}

std::size_t scalar_length(std::string_view text) {
  if (text[0] == '"') return string_length(text);
  return std::min(text.size(), text.find_first_of(",:]} \t\r\n"));
}

/// `token` is JSON.
void tell_scalar(std::string_view token, Mark mark, YamlTree& tree) {
  if (token[0] == '"' && token.find('\\') == std::string_view::npos) {
    return tree.text(mark, token.substr(1, token.size() - 2), {});
  }
  Value value;
  if (auto failure = parse_into(value, token, {})) throw Refusal(mark, std::move(failure->message));
  tree.scalar(mark, value, {});
}

/// REQUIRES: `text` is JSON.
void tell_events(std::string_view text, unsigned first_line, YamlTree& tree) {
  TextPosition position(text, first_line);
  tree.begin_document();
  for (std::size_t offset = 0; offset < text.size();) {
    switch (text[offset]) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ',':
      case ':':
        ++offset;
        break;
      case '{':
        tree.begin_map(position.at(offset++), {});
        break;
      case '[':
        tree.begin_list(position.at(offset++), {});
        break;
      case '}':
      case ']':
        tree.end();
        ++offset;
        break;
      default: {
        const std::string_view token = text.substr(offset, scalar_length(text.substr(offset)));
        const Mark mark = position.at(offset);
        tell_scalar(token, mark, tree);
        offset += token.size();
      }
    }
  }
  tree.end_document();
}

}  // namespace

std::optional<ParseFailure> read_json_events(std::string_view text, unsigned first_line,
                                             YamlTree& tree, const YamlLimits& limits) {
  {
    // Parsed once for its syntax, and then gone through for what a parser does not tell: places,
    // and duplicate keys.
    Value checked;
    if (auto failure = parse_into(checked, text, {limits.bytes, limits.depth})) return failure;
  }
  tell_events(text, first_line, tree);
  return std::nullopt;
}

}  // namespace kaito::json
