#include "json/yaml_tree.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "json/text_output.hpp"
#include "kaito/base/text.hpp"

namespace kaito::json {
namespace {

// Where paths would take more than this, fields have no place of their own and Places gives the
// nearest enclosing one.
constexpr std::size_t kLongestPath = 1024;
constexpr std::size_t kPathBytes = std::size_t{32} << 20;

constexpr const char* kBadKey =
    "a key must be a string, not a mapping or a list (or is a bracket not closed?)";

/// A piece of the text for a message.
std::string quoted(std::string_view text) {
  std::string out;
  append_double_quoted(out, shorten(text, 60));
  return out;
}

/// A key's text: booleans and numbers as Kubernetes turns them into JSON's keys.
std::string key_text(const Value& key, std::size_t offset) {
  if (key.is_string()) return std::string(std::string_view(key.get_string()));
  if (key.is_null()) throw Refusal(offset, "a key must be a string, not null (quote it)");
  std::string text;
  append_plain(text, key);
  return text;
}

}  // namespace

void YamlTree::begin_document() {
  root_.reset();
  frames_.clear();
  anchors_.clear();
  fields_.clear();
  path_.clear();
}

void YamlTree::end_document() {
  if (!root_ || root_->is_null()) return;
  documents_.push_back({Document(std::move(*root_)), Places(file_, std::move(fields_))});
  fields_.clear();
}

void YamlTree::begin_map(std::size_t offset, std::size_t anchor) {
  begin(offset, anchor, Value(boost::json::object_kind));
}

void YamlTree::begin_list(std::size_t offset, std::size_t anchor) {
  begin(offset, anchor, Value(boost::json::array_kind));
}

void YamlTree::begin(std::size_t offset, std::size_t anchor, Value empty) {
  if (key_due()) throw Refusal(offset, kBadKey);
  if (frames_.size() >= limits_.depth) {
    throw Refusal(offset, fmt::format("nested deeper than {} levels", limits_.depth));
  }
  const Weight before = used_;
  begin_value(offset);
  frames_.push_back({std::move(empty), offset, anchor, path_.size(), before});
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
  if (frame.anchor != 0) {
    const Weight weight{used_.nodes - frame.before.nodes, used_.bytes - frame.before.bytes};
    keep_anchor(frame.anchor, frame.value, weight, frame.offset);
  }
  attach(std::move(frame.value), frame.offset);
}

void YamlTree::scalar(std::size_t offset, Value value, std::size_t anchor) {
  const Weight weight{1, value.is_string() ? value.get_string().size() : 0};
  if (key_due()) {
    use(weight, offset);
    if (anchor != 0) keep_anchor(anchor, value, weight, offset);
    begin_key(offset, key_text(value, offset));
    return;
  }
  begin_value(offset);
  use({0, weight.bytes}, offset);
  if (anchor != 0) keep_anchor(anchor, value, weight, offset);
  attach(std::move(value), offset);
}

void YamlTree::alias(std::size_t offset, std::size_t anchor) {
  const auto found = anchors_.find(anchor);
  // The parser knows every anchor that has begun; one that has no value yet encloses the alias.
  if (found == anchors_.end())
    throw Refusal(offset, "an alias inside the value that it stands for");
  if (key_due()) {
    if (found->second.value.is_structured()) {
      throw Refusal(offset, kBadKey);
    }
    use(found->second.weight, offset);
    begin_key(offset, key_text(found->second.value, offset));
    return;
  }
  begin_value(offset);
  const Weight weight = found->second.weight;
  use({weight.nodes - 1, weight.bytes}, offset);  // the value itself has just been counted
  attach(found->second.value, offset);
}

bool YamlTree::merge_key(std::size_t offset) {
  if (!key_due()) return false;
  Frame& frame = frames_.back();
  if (!frame.merged.empty()) throw Refusal(offset, "duplicate key \"<<\"");
  use({1, 2}, offset);
  frame.key_due = false;
  frame.merging = true;
  path_.resize(frame.path_size);
  append_step("<<");
  return true;
}

/// Counts a value that begins here and gives it its place.
void YamlTree::begin_value(std::size_t offset) {
  use({1, 0}, offset);
  if (frames_.empty()) {
    record_place(offset);
    return;
  }
  const Frame& frame = frames_.back();
  if (!frame.value.is_array()) return;  // the place is the key's
  path_.resize(frame.path_size);
  fmt::format_to(std::back_inserter(path_), "[{}]", frame.value.get_array().size());
  record_place(offset);
}

void YamlTree::begin_key(std::size_t offset, std::string key) {
  Frame& frame = frames_.back();
  path_.resize(frame.path_size);
  append_step(key);
  if (frame.value.get_object().contains(key)) {
    const auto first = fields_.find(path_);
    throw Refusal(offset, first == fields_.end()
                              ? fmt::format("duplicate key {}", quoted(key))
                              : fmt::format("duplicate key {} (first at {}:{})", quoted(key),
                                            first->second.first, first->second.second));
  }
  record_place(offset);
  frame.key = std::move(key);
  frame.key_due = false;
}

/// Puts a finished value where it belongs.
void YamlTree::attach(Value value, std::size_t offset) {
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
    add_merged(frame, std::move(value), offset);
  } else {
    frame.value.get_object().emplace(frame.key, std::move(value));
  }
}

void YamlTree::add_merged(Frame& frame, Value value, std::size_t offset) const {
  const auto add = [&](Value& source) {
    if (!source.is_object()) {
      throw Refusal(offset, "a merge key (<<) takes a mapping or a list of mappings");
    }
    frame.merged.push_back(std::move(source));
  };
  if (!value.is_array()) return add(value);
  for (Value& source : value.get_array())
    add(source);
}

void YamlTree::keep_anchor(std::size_t anchor, const Value& value, Weight weight,
                           std::size_t offset) {
  kept_.nodes += weight.nodes;
  kept_.bytes += weight.bytes;
  if (kept_.nodes > limits_.nodes || kept_.bytes > limits_.bytes) {
    throw Refusal(offset, "too much in anchored values");
  }
  anchors_.insert_or_assign(anchor, Anchor{value, weight});
}

void YamlTree::use(Weight weight, std::size_t offset) {
  used_.nodes += weight.nodes;
  used_.bytes += weight.bytes;
  if (used_.nodes > limits_.nodes) {
    throw Refusal(
        offset,
        fmt::format("more than {} values, counting an alias as what it stands for", limits_.nodes));
  }
  if (used_.bytes > limits_.bytes) {
    throw Refusal(offset, fmt::format("more than {} bytes, counting an alias as what it stands for",
                                      limits_.bytes));
  }
}

/// Adds a key to path_ as FieldPath::text() would.
void YamlTree::append_step(std::string_view step) {
  const std::string text = FieldPath(step).text();
  if (!path_.empty() && text[0] != '[') path_ += '.';
  path_ += text;
}

void YamlTree::record_place(std::size_t offset) {
  if (path_.size() > kLongestPath || paths_ + path_.size() > kPathBytes) return;
  const auto place = position_.at(offset);
  if (fields_.try_emplace(path_, place.line, place.column).second) paths_ += path_.size();
}

std::string YamlTree::describe(const Refusal& refusal) {
  const auto place = position_.at(refusal.offset());
  return escape_controls(SourcePlace{file_, place.line, place.column}.text() + ": " +
                         refusal.message());
}

}  // namespace kaito::json
