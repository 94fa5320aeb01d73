#include "json/yaml_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "json/arena.hpp"
#include "json/text_output.hpp"
#include "kaito/base/text.hpp"

namespace kaito::json {
namespace {

constexpr const char* kBadKey =
    "a key must be a string, not a mapping or a list (or is a bracket not closed?)";

/// A piece of the text for a message.
std::string in_quotes(std::string_view text) {
  std::string out;
  append_double_quoted(out, shorten(text, 60));
  return out;
}

/// A key's text: booleans and numbers as Kubernetes turns them into JSON's keys.
std::string key_text(const Value& key, Mark mark) {
  if (key.is_null()) throw Refusal(mark, "a key must be a string, not null (quote it)");
  std::string text;
  append_plain(text, key);
  return text;
}

}  // namespace

void YamlTree::begin_document() {
  root_.reset();
  frames_.clear();
  anchors_.clear();
  arena_ = new_arena();
  kept_ = {};
  fields_.clear();
  keys_.clear();
  field_ = 0;
}

void YamlTree::end_document() {
  if (!root_ || root_->is_null()) return;
  // Copies, which fit: the lists here keep their room for the next document.
  documents_.push_back({Document(std::move(*root_)), Places(file_, fields_, keys_)});
}

std::vector<YamlDocument> YamlTree::take_documents() {
  return std::exchange(documents_, {});
}

void YamlTree::begin_map(Mark mark, std::string_view anchor) {
  constexpr std::size_t kUsualMembers = 4;
  Value map(boost::json::object_kind, arena_);
  map.get_object().reserve(kUsualMembers);
  begin(mark, anchor, std::move(map));
}

void YamlTree::begin_list(Mark mark, std::string_view anchor) {
  begin(mark, anchor, Value(boost::json::array_kind, arena_));
}

void YamlTree::begin(Mark mark, std::string_view anchor, Value empty) {
  if (key_due()) throw Refusal(mark, kBadKey);
  if (frames_.size() >= limits_.depth) {
    throw Refusal(mark, fmt::format("nested deeper than {} levels", limits_.depth));
  }
  const Weight before = used_;
  begin_value(mark);
  frames_.push_back({std::move(empty), mark, field_, before, std::string(anchor)});
}

void YamlTree::end() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  for (const Value& source : frame.merged) {
    Object& object = frame.value.get_object();
    // The map's own keys win over merged ones, earlier sources over later ones.
    for (const auto& member : source.get_object()) {
      if (!object.contains(member.key())) object.emplace(member.key(), member.value());
    }
  }
  if (!frame.anchor.empty()) {
    const Weight weight{used_.nodes - frame.before.nodes, used_.bytes - frame.before.bytes};
    keep_anchor(frame.anchor, frame.value, weight, frame.mark);
  }
  attach(std::move(frame.value), frame.mark);
}

void YamlTree::text(Mark mark, std::string_view text, std::string_view anchor) {
  const Weight weight{1, text.size()};
  if (key_due()) {
    use(weight, mark);
    if (!anchor.empty()) keep_anchor(anchor, Value(text, arena_), weight, mark);
    return begin_key(mark, text);
  }
  begin_value(mark);
  use({0, weight.bytes}, mark);
  Value value(text, arena_);
  if (!anchor.empty()) keep_anchor(anchor, value, weight, mark);
  attach(std::move(value), mark);
}

void YamlTree::scalar(Mark mark, const Value& value, std::string_view anchor) {
  if (value.is_string()) return text(mark, value.get_string(), anchor);
  const Weight weight{1, 0};
  if (key_due()) {
    use(weight, mark);
    if (!anchor.empty()) keep_anchor(anchor, value, weight, mark);
    return begin_key(mark, key_text(value, mark));
  }
  begin_value(mark);
  if (!anchor.empty()) keep_anchor(anchor, value, weight, mark);
  attach(Value(value, arena_), mark);
}

const YamlTree::Anchor& YamlTree::anchored(std::string_view anchor, Mark mark) const {
  for (const Frame& frame : frames_) {
    if (frame.anchor == anchor) throw Refusal(mark, "an alias inside the value that it stands for");
  }
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end())
    throw Refusal(mark, "an alias to an anchor that is not defined before it");
  return found->second;
}

void YamlTree::alias(Mark mark, std::string_view anchor) {
  const Anchor& found = anchored(anchor, mark);
  if (key_due()) {
    if (found.value.is_structured()) throw Refusal(mark, kBadKey);
    use(found.weight, mark);
    if (found.value.is_string()) return begin_key(mark, found.value.get_string());
    return begin_key(mark, key_text(found.value, mark));
  }
  begin_value(mark);
  use({found.weight.nodes - 1, found.weight.bytes}, mark);  // the value itself has been counted
  attach(found.value, mark);
}

bool YamlTree::merge_key(Mark mark) {
  if (!key_due()) return false;
  Frame& frame = frames_.back();
  if (frame.merged_some) throw Refusal(mark, "duplicate key \"<<\"");
  use({1, 2}, mark);
  frame.key_due = false;
  frame.merging = true;
  frame.merged_some = true;
  field_ = frame.field;
  keys_ += "<<";
  add_field(mark, static_cast<std::uint32_t>(keys_.size()), false);
  return true;
}

/// Counts a value that begins here and gives it its place.
void YamlTree::begin_value(Mark mark) {
  use({1, 0}, mark);
  if (frames_.empty()) return add_field(mark, 0, false);
  const Frame& frame = frames_.back();
  if (!frame.value.is_array()) return;  // the place is the key's
  field_ = frame.field;
  add_field(mark, static_cast<std::uint32_t>(frame.value.get_array().size()), true);
}

void YamlTree::begin_key(Mark mark, std::string_view key) {
  Frame& frame = frames_.back();
  // A place for the value to come: attach() fills it.
  if (!frame.value.get_object().emplace(key, nullptr).second) {
    const auto first = mark_of_key(frame, key);
    throw Refusal(mark, first ? fmt::format("duplicate key {} (first at {}:{})", in_quotes(key),
                                            first->line, first->column)
                              : fmt::format("duplicate key {}", in_quotes(key)));
  }
  field_ = frame.field;
  keys_ += key;
  add_field(mark, static_cast<std::uint32_t>(keys_.size()), false);
  frame.key_due = false;
}

/// Puts a finished value where it belongs.
void YamlTree::attach(Value value, Mark mark) {
  if (frames_.empty()) {
    root_ = std::move(value);
    return;
  }
  Frame& frame = frames_.back();
  if (frame.value.is_array()) {
    frame.value.get_array().push_back(std::move(value));
    return;
  }
  frame.key_due = true;
  if (frame.merging) {
    frame.merging = false;
    add_merged(frame, std::move(value), mark);
  } else {
    (frame.value.get_object().end() - 1)->value() = std::move(value);
  }
}

void YamlTree::add_merged(Frame& frame, Value value, Mark mark) const {
  const auto add = [&](Value& source) {
    if (!source.is_object()) {
      throw Refusal(mark, "a merge key (<<) takes a mapping or a list of mappings");
    }
    frame.merged.push_back(std::move(source));
  };
  if (!value.is_array()) return add(value);
  for (Value& source : value.get_array())
    add(source);
}

void YamlTree::keep_anchor(std::string_view anchor, const Value& value, Weight weight, Mark mark) {
  kept_.nodes += weight.nodes;
  kept_.bytes += weight.bytes;
  if (kept_.nodes > limits_.nodes || kept_.bytes > limits_.bytes) {
    throw Refusal(mark, "too much in anchored values");
  }
  anchors_.insert_or_assign(std::string(anchor), Anchor{value, weight});
}

void YamlTree::use(Weight weight, Mark mark) {
  used_.nodes += weight.nodes;
  used_.bytes += weight.bytes;
  if (used_.nodes > limits_.nodes) {
    throw Refusal(mark, fmt::format("more than {} values, counting an alias as what it stands for",
                                    limits_.nodes));
  }
  if (used_.bytes > limits_.bytes) {
    throw Refusal(mark, fmt::format("more than {} bytes, counting an alias as what it stands for",
                                    limits_.bytes));
  }
}

/// Gives a place to what is in the field_ so far, and makes it the one.
void YamlTree::add_field(Mark mark, std::uint32_t step, bool in_list) {
  const auto position = static_cast<std::uint32_t>(fields_.size());
  fields_.push_back({field_, mark.line, mark.column, step, in_list});
  field_ = position;
}

std::optional<Mark> YamlTree::mark_of_key(const Frame& frame, std::string_view key) const {
  std::size_t key_begin = 0;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Places::Field& field = fields_[i];
    if (field.in_list) continue;
    const bool here = i != 0 && field.parent == frame.field &&
                      std::string_view(keys_).substr(key_begin, field.step - key_begin) == key;
    if (here) return Mark{field.line, field.column};
    key_begin = field.step;
  }
  return std::nullopt;
}

}  // namespace kaito::json
