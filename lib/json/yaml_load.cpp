#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <istream>
#include <streambuf>
#include <utility>
#include <vector>

#include "json/json_events.hpp"
#include "json/text_output.hpp"
#include "json/yaml_scalar.hpp"
#include "json/yaml_tree.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/yaml.hpp"

// The one file that knows yaml-cpp. Its parser tells events; the tree, the meaning of scalars and
// all limits are ours.

namespace kaito::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Hands the text to yaml-cpp's scanner, which reads ahead of its events without a bound of its
/// own inside brackets ([[[[...): no more of them between two events than the limit has nodes.
class BoundedText : public std::streambuf {
 public:
  BoundedText(std::string_view text, std::size_t most)
      : text_(closed(text)), most_(std::max(most, kFewest)) {}

  void event() { brackets_ = 0; }

 protected:
  std::streamsize xsgetn(char* out, std::streamsize wanted) override {
    // Not for the piece just read: yaml-cpp leaks its buffer when the first piece is refused.
    if (brackets_ > most_) {
      throw Refusal(offset_, fmt::format("more than {} values between brackets", most_));
    }
    const auto size = std::min(static_cast<std::size_t>(wanted), text_.size() - offset_);
    const std::string_view piece = std::string_view(text_).substr(offset_, size);
    for (const char c : piece)
      brackets_ += c == '[' || c == '{' || c == ',' ? 1 : 0;
    piece.copy(out, size);
    offset_ += size;
    return static_cast<std::streamsize>(size);
  }
  int_type uflow() override {
    char c = 0;
    return xsgetn(&c, 1) == 1 ? traits_type::to_int_type(c) : traits_type::eof();
  }
  int_type underflow() override {
    return offset_ < text_.size() ? traits_type::to_int_type(text_[offset_]) : traits_type::eof();
  }
  int_type pbackfail(int_type) override {
    if (offset_ == 0) return traits_type::eof();
    return traits_type::to_int_type(text_[--offset_]);
  }

 private:
  /// The text with an end-of-document marker, without which yaml-cpp takes the end of the text for
  /// a missing closing quote.
  static std::string closed(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t");
    if (last == std::string_view::npos || text[last] != '\n') return std::string(text);
    return std::string(text.substr(0, last + 1)) + "...";
  }

  static constexpr std::size_t kFewest = 16;

  std::string text_;
  std::size_t offset_ = 0;
  std::size_t most_;
  std::size_t brackets_ = 0;
};

/// Whether a document marker ("---", "...") stands at the offset: a line of its own, or followed by
/// a blank.
bool is_marker(std::string_view text, std::size_t offset, std::string_view marker) {
  if (offset > 0 && text[offset - 1] != '\n' && text[offset - 1] != '\r') return false;
  if (text.substr(offset, marker.size()) != marker) return false;
  const std::size_t end = offset + marker.size();
  return end == text.size() ||
         std::string_view(" \t\r\n").find(text[end]) != std::string_view::npos;
}

bool has_end_marker(std::string_view text, std::size_t from, std::size_t to) {
  for (std::size_t at = text.find("...", from); at < to; at = text.find("...", at + 1)) {
    if (is_marker(text, at, "...")) return true;
  }
  return false;
}

/// yaml-cpp's events, told to the tree.
class Events : public YAML::EventHandler {
 public:
  Events(std::string_view text, BoundedText& source, YamlTree& tree)
      : text_(text), source_(source), tree_(tree) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    const std::size_t offset = at(mark, /*may_end_document=*/true);
    tree_.begin_document();
    last_ = offset;
    first_ = false;
  }
  void OnDocumentEnd() override { tree_.end_document(); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t offset = at(mark);
    // At the end of a document yaml-cpp takes a lone word for a key, and its own place for that of
    // the value.
    if (offset == scalar_) {
      throw Refusal(offset, open_.back().brackets ? "a bracket before this is not closed"
                                                  : "a \":\" is missing after this key");
    }
    tree_.scalar(offset, Value(nullptr), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    scalar_ = at(mark);
    check_column(mark, scalar_);
    tree_.alias(scalar_, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const std::size_t offset = at(mark);
    scalar_ = offset;
    check_column(mark, offset);
    const bool merge = (tag == "?" && text == "<<") || tag == "tag:yaml.org,2002:merge";
    if (merge && tree_.merge_key(offset)) return;
    tree_.scalar(offset, scalar(offset, tag, text), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    const std::size_t offset = at(mark);
    check_tag(offset, tag, "seq");
    const bool brackets = style == YAML::EmitterStyle::Flow;
    if (brackets) check_column(mark, offset);  // "- " may stand right below the key
    open_.push_back({brackets});
    tree_.begin_list(offset, anchor);
  }
  void OnSequenceEnd() override { OnMapEnd(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    const std::size_t offset = at(mark);
    check_tag(offset, tag, "map");
    check_column(mark, offset);
    open_.push_back({style == YAML::EmitterStyle::Flow});
    tree_.begin_map(offset, anchor);
  }
  void OnMapEnd() override {
    open_.pop_back();
    tree_.end();
  }

 private:
  /// A map or list.
  struct Open {
    bool brackets;
    int key_column = 0;  ///< of its last key
  };

  /// Notes where a key stands; refuses a value on a line of its own that stands no further in than
  /// its key, which yaml-cpp lets pass.
  void check_column(const YAML::Mark& mark, std::size_t offset) {
    Open& map = open_.back();
    if (map.brackets) return;
    if (tree_.key_due()) {
      const bool explicit_key = offset >= 2 && text_.substr(offset - 2, 2) == "? ";
      map.key_column = explicit_key ? mark.column - 2 : mark.column;
    } else if (tree_.value_due() && mark.column <= map.key_column) {
      throw Refusal(offset, "this value has to stand further in than its key");
    }
  }

  /// The offset of an event. yaml-cpp takes whatever follows a complete document for the next one,
  /// marker or not, and may even stop on a token for ever: both end here.
  std::size_t at(const YAML::Mark& mark, bool may_end_document = false) {
    source_.event();
    const std::size_t offset = mark.is_null() ? last_ : static_cast<std::size_t>(mark.pos);
    if (may_end_document && !first_ && !is_marker(text_, offset, "---") &&
        !has_end_marker(text_, last_, offset)) {
      throw Refusal(offset,
                    "unexpected text after the end of the document (check the indentation)");
    }
    last_ = std::max(last_, offset);
    return offset;
  }

  static std::string_view core_tag(std::string_view tag) {
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    return tag.starts_with(kCore) ? tag.substr(kCore.size()) : std::string_view();
  }

  [[noreturn]] static void refuse_tag(std::size_t offset, std::string_view tag) {
    const std::string_view core = core_tag(tag);
    throw Refusal(offset,
                  core.empty()
                      ? fmt::format("the tag {} is not supported here", shorten(tag, 60))
                      : fmt::format("the tag !!{} is not supported here", shorten(core, 60)));
  }

  static void check_tag(std::size_t offset, std::string_view tag, std::string_view wanted) {
    if (tag != "?" && tag != "!" && core_tag(tag) != wanted) refuse_tag(offset, tag);
  }

  static Value scalar(std::size_t offset, std::string_view tag, std::string_view text) {
    // yaml-cpp reads the escapes \N and \_ as single bytes.
    if (!is_valid_utf8(text)) {
      throw Refusal(offset, R"(write the escapes \N and \_ as \u0085 and \u00a0)");
    }
    const std::string_view core = core_tag(tag);
    if (tag == "!" || core == "str" || core == "timestamp") return Value(text);
    if (tag != "?" && core != "int" && core != "float" && core != "bool" && core != "null") {
      refuse_tag(offset, tag);
    }
    using Kind = PlainScalar::Kind;
    PlainScalar resolved = resolve_plain(text);
    if (resolved.kind == Kind::not_finite) {
      throw Refusal(offset,
                    fmt::format("{} is not a number that JSON can hold (quote it to make it "
                                "a string)",
                                text));
    }
    if (core == "float" && resolved.kind == Kind::integer)
      return Value(resolved.value.to_number<double>());
    const bool fits = tag == "?" || (core == "int" && resolved.kind == Kind::integer) ||
                      (core == "float" && resolved.kind == Kind::fraction) ||
                      (core == "bool" && resolved.kind == Kind::boolean) ||
                      (core == "null" && resolved.kind == Kind::null);
    if (!fits) throw Refusal(offset, fmt::format("the value does not fit its tag !!{}", core));
    return std::move(resolved.value);
  }

  std::string_view text_;
  BoundedText& source_;
  YamlTree& tree_;
  std::size_t last_ = 0;                         ///< the furthest offset of the document so far
  std::size_t scalar_ = std::string_view::npos;  ///< of the last scalar
  bool first_ = true;
  std::vector<Open> open_ = {{false}};  ///< every map and list that is open, in a document
};

/// yaml-cpp's message (0.8 adds names to some) in the words of somebody who edits the file.
std::string explain(std::string_view message) {
  static const std::array<std::pair<std::string_view, std::string_view>, 13> kWords = {{
      {YAML::ErrorMsg::END_OF_MAP,
       "expected a key of the mapping, or the end of it (check the indentation)"},
      {YAML::ErrorMsg::END_OF_SEQ, "expected an item \"- \" of the list (check the indentation)"},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, "expected \",\" or \"}\""},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "expected \",\" or \"]\""},
      {YAML::ErrorMsg::MAP_VALUE,
       "a \":\" is not possible here (check the indentation and the line above, or quote the "
       "text)"},
      {YAML::ErrorMsg::MAP_KEY, "a key is not possible here"},
      {YAML::ErrorMsg::BLOCK_ENTRY, "a list item \"- \" is not possible here"},
      {YAML::ErrorMsg::FLOW_END, "this bracket closes nothing"},
      {YAML::ErrorMsg::EOF_IN_SCALAR, "a quoted string is not closed"},
      {YAML::ErrorMsg::DOC_IN_SCALAR, "a quoted string is not closed"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN, "a value cannot start with this character (quote it)"},
      {YAML::ErrorMsg::UNKNOWN_ANCHOR, "an alias to an anchor that is not defined before it"},
      {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab in the indentation: use blanks"},
  }};
  for (const auto& [theirs, ours] : kWords) {
    if (message.starts_with(theirs)) return std::string(ours);
  }
  if (message.starts_with(YAML::ErrorMsg::INVALID_UNICODE)) {
    return "this escape is half a character: write the character itself, or \\U and 8 digits";
  }
  return std::string(message);
}

/// Whether the line up to the offset begins with a tab: the usual cause of a strange error.
bool is_indented_by_tab(std::string_view text, std::size_t offset) {
  const std::size_t line_break = text.substr(0, offset).rfind('\n');
  const std::string_view line =
      text.substr(line_break == std::string_view::npos ? 0 : line_break + 1);
  const std::size_t tab = line.find_first_not_of(' ');
  return tab != std::string_view::npos && line[tab] == '\t';
}

Refusal to_refusal(const YAML::Exception& thrown, std::string_view text) {
  const std::size_t offset =
      thrown.mark.is_null() ? text.size() : static_cast<std::size_t>(thrown.mark.pos);
  std::string message = explain(thrown.msg);
  if (message.find("tab") == std::string::npos &&
      is_indented_by_tab(text, std::min(offset, text.size()))) {
    message += "; this line is indented by a tab: use blanks";
  }
  return {offset, std::move(message)};
}

/// Refuses what is not text. yaml-cpp would guess at other encodings, and takes a byte 4 for the
/// end of the text.
void check_characters(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw Refusal(0, "this is UTF-16: save the file as UTF-8");
  }
  for (std::size_t offset = 0; offset < text.size();) {
    const Character character = first_character(text.substr(offset));
    if (!character.valid) throw Refusal(offset, "this is not UTF-8 text");
    const char c = text[offset];
    if (character.code < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      throw Refusal(offset, fmt::format("a control character (\\x{:02x}): is this a text file?",
                                        static_cast<unsigned>(character.code)));
    }
    offset += character.bytes;
  }
}

void read_yaml_events(std::string_view text, YamlTree& tree, const YamlLimits& limits) {
  if (const std::size_t mark = text.find(kByteOrderMark); mark != std::string_view::npos) {
    throw Refusal(mark, "a byte order mark inside the text");
  }
  BoundedText source(text, limits.nodes);
  try {
    std::istream stream(&source);
    YAML::Parser parser(stream);
    Events events(text, source, tree);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const YAML::Exception& thrown) {
    throw to_refusal(thrown, text);
  }
}

bool looks_like_json(std::string_view text) {
  const std::string_view rest = trim(text);
  return !rest.empty() && (rest[0] == '{' || rest[0] == '[');
}

/// JSON is read as JSON, because YAML's readers do not know all of it (surrogate escapes, long
/// keys). Where it is neither, the reader that came further tells why.
void read_events(std::string_view text, YamlTree& tree, const YamlLimits& limits) {
  if (!looks_like_json(text)) return read_yaml_events(text, tree, limits);
  const auto not_json = read_json_events(text, tree, limits);
  if (!not_json) return;
  try {
    read_yaml_events(text, tree, limits);
  } catch (const Refusal& refusal) {
    if (refusal.offset() >= not_json->offset) throw;
    throw Refusal(not_json->offset, not_json->message);
  }
}

}  // namespace

Result<std::vector<YamlDocument>> load_yaml(std::string_view text, std::string file,
                                            YamlLimits limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorCode::parse,
                fmt::format("{}: the file has {} bytes, more than the {} accepted", file,
                            text.size(), limits.bytes));
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  YamlTree tree(text, std::move(file), limits);
  try {
    check_characters(text);
    read_events(text, tree, limits);
  } catch (const Refusal& refusal) {
    return fail(ErrorCode::parse, tree.describe(refusal));
  }
  return tree.take_documents();
}

}  // namespace kaito::json
