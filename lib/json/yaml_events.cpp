#include "json/yaml_events.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <new>
#include <optional>
#include <utility>

#include "json/yaml_scalar.hpp"
#include "kaito/base/text.hpp"

// The one file that knows libyaml. Its parser tells events; the tree, the meaning of scalars and
// all limits are ours. go-yaml, which Kubernetes reads with, is the same parser in Go.

namespace kaito::json {
namespace {

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

/// libyaml's text, or "" where it has none.
std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text));
}

std::string_view core_tag(std::string_view tag) {
  return tag.starts_with(kCoreTag) ? tag.substr(kCoreTag.size()) : std::string_view();
}

[[noreturn]] void refuse_tag(Mark mark, std::string_view tag) {
  const std::string_view core = core_tag(tag);
  throw Refusal(mark, core.empty()
                          ? fmt::format("the tag {} is not supported here", shorten(tag, 60))
                          : fmt::format("the tag !!{} is not supported here", shorten(core, 60)));
}

/// Of a map or list.
void check_tag(Mark mark, std::string_view tag, std::string_view wanted) {
  if (!tag.empty() && tag != "!" && core_tag(tag) != wanted) refuse_tag(mark, tag);
}

/// What a plain scalar stands for; nothing when it is text.
std::optional<Value> resolve(Mark mark, std::string_view tag, std::string_view text) {
  using Kind = PlainScalar::Kind;
  const std::string_view core = core_tag(tag);
  if (!tag.empty() && core != "int" && core != "float" && core != "bool" && core != "null") {
    refuse_tag(mark, tag);
  }
  PlainScalar resolved = resolve_plain(text);
  if (resolved.kind == Kind::not_finite) {
    throw Refusal(
        mark,
        fmt::format("{} is not a number that JSON can hold (quote it to make it a string)", text));
  }
  if (tag.empty() && resolved.kind == Kind::text) return std::nullopt;
  if (core == "float" && resolved.kind == Kind::integer)
    return Value(resolved.value.to_number<double>());
  const bool fits = tag.empty() || (core == "int" && resolved.kind == Kind::integer) ||
                    (core == "float" && resolved.kind == Kind::fraction) ||
                    (core == "bool" && resolved.kind == Kind::boolean) ||
                    (core == "null" && resolved.kind == Kind::null);
  if (!fits) throw Refusal(mark, fmt::format("the value does not fit its tag !!{}", core));
  return std::move(resolved.value);
}

/// A parser's message in the words of somebody who edits the file.
struct Words {
  std::string_view theirs;
  std::string_view ours;
};
constexpr std::array<Words, 27> kWords = {{
    {"did not find expected <document start>",
     "unexpected text after the end of the document (check the indentation)"},
    {"did not find expected key",
     "expected a key of the mapping, or the end of it (check the indentation)"},
    {"did not find expected '-' indicator",
     "expected an item \"- \" of the list (check the indentation)"},
    {"did not find expected ',' or '}'", R"(expected "," or "}")"},
    {"did not find expected ',' or ']'", R"(expected "," or "]")"},
    {"did not find expected node content", "a value is missing here"},
    {"found undefined tag handle", "the prefix of this tag is not defined"},
    {"could not find expected ':'", "a \":\" is missing after this key"},
    {"mapping values are not allowed in this context",
     "a \":\" is not possible here (check the indentation and the line above, or quote the text)"},
    {"mapping keys are not allowed in this context", "a key is not possible here"},
    {"block sequence entries are not allowed in this context",
     "a list item \"- \" is not possible here"},
    {"found unexpected end of stream", "a quoted string is not closed"},
    {"found unexpected document indicator", "a quoted string is not closed"},
    {"found character that cannot start any token",
     "a value cannot start with this character (quote it)"},
    {"found a tab character where an indentation space is expected",
     "a tab in the indentation: use blanks"},
    {"found a tab character that violates indentation", "a tab in the indentation: use blanks"},
    {"found a tab character where an intendation space is expected",
     "a tab in the indentation: use blanks"},
    {"found invalid Unicode character escape code",
     "this escape is half a character: write the character itself, or \\U and 8 digits"},
    {"found unknown escape character", "not an escape that YAML knows: write \\\\ for a backslash"},
    {"did not find expected hexdecimal number", "this escape needs hexadecimal digits"},
    {"did not find expected alphabetic or numeric character",
     "a value cannot start with & or * unless it is an anchor or an alias (quote it)"},
    {"did not find expected comment or line break",
     "only a comment can stand on the line that begins a block"},
    {"found an indentation indicator equal to 0", "the indentation of a block is 1 to 9"},
    {"found incompatible YAML document", "this is not YAML 1.1 or 1.2"},
    {"found duplicate %YAML directive", "a second %YAML directive"},
    {"control characters are not allowed",
     "a control character: is this a text file? (write it as an escape in double quotes)"},
    {"found unknown directive name", "this directive is not known"},
}};

std::string explain(std::string_view problem) {
  for (const Words& words : kWords) {
    if (problem == words.theirs) return std::string(words.ours);
  }
  return std::string(problem);
}

/// Line `line` of the text (from 0), without its line break.
std::string_view line_of(std::string_view text, std::size_t line) {
  for (; line > 0 && !text.empty(); --line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

/// Whether the line begins with a tab, the usual cause of a strange error.
bool is_indented_by_tab(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first != std::string_view::npos && line[first] == '\t' &&
         line.find_first_not_of(" \t\r") != std::string_view::npos;
}

/// libyaml's parser over one text.
class Parser {
 public:
  Parser(std::string_view text, unsigned first_line) : text_(text), first_line_(first_line) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }

  /// The next event, which is good until the one after it. Throws Refusal.
  const yaml_event_t& next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) == 0) refuse();
    return event_;
  }

  [[nodiscard]] Mark mark(const yaml_mark_t& mark) const {
    return {first_line_ + static_cast<unsigned>(mark.line), static_cast<unsigned>(mark.column) + 1};
  }

 private:
  [[noreturn]] void refuse() const {
    if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    const std::string_view problem = parser_.problem == nullptr ? "" : parser_.problem;
    if (parser_.error == YAML_READER_ERROR) {
      const auto place = TextPosition(text_, first_line_).at(parser_.problem_offset);
      throw Refusal(place, explain(problem));
    }
    // A key without ":" is noticed behind it.
    const std::string_view context = parser_.context == nullptr ? "" : parser_.context;
    const bool at_context = context == "while scanning a simple key";
    const yaml_mark_t& where = at_context ? parser_.context_mark : parser_.problem_mark;
    // libyaml adds a line break to a last line without one.
    const Mark end = TextPosition(text_, first_line_).at(text_.size());
    const Mark place = std::min(mark(where), end);
    throw Refusal(place, describe(problem, context, line_of(text_, where.line), place));
  }

  [[nodiscard]] std::string describe(std::string_view problem, std::string_view context,
                                     std::string_view line, Mark place) const {
    const char next = place.column <= line.size() ? line[place.column - 1] : '\0';
    const bool by_tab = is_indented_by_tab(line);
    if (by_tab && next == '\t') return "a tab in the indentation: use blanks";
    if (next == ']' || next == '}') {
      if (problem == "did not find expected node content") return "this bracket closes nothing";
    }
    const bool ends = next == '\0' && place == TextPosition(text_, first_line_).at(text_.size());
    if (ends && context.find(" a flow ") != std::string_view::npos)
      return "a bracket before this is not closed";
    std::string message = explain(problem);
    if (by_tab && message.find("tab") == std::string::npos)
      message += "; this line is indented by a tab: use blanks";
    return message;
  }

  std::string_view text_;
  unsigned first_line_;
  yaml_parser_t parser_ = {};
  yaml_event_t event_ = {};
};

void tell_scalar(const yaml_event_t& event, Mark mark, YamlTree& tree) {
  const auto& scalar = event.data.scalar;
  const std::string_view tag = view(scalar.tag);
  const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
  const std::string_view anchor = view(scalar.anchor);
  const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
  const bool merge = (plain && tag.empty() && text == "<<") || core_tag(tag) == "merge";
  if (merge && tree.merge_key(mark)) return;
  const bool is_text =
      tag.empty() ? !plain : tag == "!" || core_tag(tag) == "str" || core_tag(tag) == "timestamp";
  const auto value = is_text ? std::nullopt : resolve(mark, tag, text);
  if (value) return tree.scalar(mark, *value, anchor);
  tree.text(mark, text, anchor);
}

}  // namespace

void read_yaml_events(std::string_view text, unsigned first_line, YamlTree& tree) {
  Parser parser(text, first_line);
  for (;;) {
    const yaml_event_t& event = parser.next();
    const Mark mark = parser.mark(event.start_mark);
    switch (event.type) {
      case YAML_STREAM_END_EVENT:
      case YAML_NO_EVENT:
        return;
      case YAML_STREAM_START_EVENT:
        break;
      case YAML_DOCUMENT_START_EVENT:
        tree.begin_document();
        break;
      case YAML_DOCUMENT_END_EVENT:
        tree.end_document();
        break;
      case YAML_ALIAS_EVENT:
        tree.alias(mark, view(event.data.alias.anchor));
        break;
      case YAML_SCALAR_EVENT:
        tell_scalar(event, mark, tree);
        break;
      case YAML_SEQUENCE_START_EVENT:
        check_tag(mark, view(event.data.sequence_start.tag), "seq");
        tree.begin_list(mark, view(event.data.sequence_start.anchor));
        break;
      case YAML_MAPPING_START_EVENT:
        check_tag(mark, view(event.data.mapping_start.tag), "map");
        tree.begin_map(mark, view(event.data.mapping_start.anchor));
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        tree.end();
        break;
    }
  }
}

}  // namespace kaito::json
