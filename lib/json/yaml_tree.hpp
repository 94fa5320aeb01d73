#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/text_position.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::json {

/// A text that is refused, and where. Thrown through the YAML library's parser, which has no other
/// way to be stopped; load_yaml() catches it.
class Refusal : public std::exception {
 public:
  Refusal(std::size_t offset, std::string message)
      : offset_(offset), message_(std::move(message)) {}

  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::size_t offset_;
  std::string message_;
};

/// Builds the documents of one text out of what a parser finds in it, in the order it is found:
/// values, their places, anchors and merge keys, within the limits. Offsets are byte offsets into
/// the text; an anchor is a number within its document, 0 for none. Every call may throw Refusal.
class YamlTree {
 public:
  YamlTree(std::string_view text, std::string file, const YamlLimits& limits)
      : file_(std::move(file)), limits_(limits), position_(text) {}

  void begin_document();
  void end_document();
  void begin_map(std::size_t offset, std::size_t anchor);
  void begin_list(std::size_t offset, std::size_t anchor);
  /// Ends the innermost map or list.
  void end();
  /// A scalar: a value, or a key where one is due.
  void scalar(std::size_t offset, Value value, std::size_t anchor);
  void alias(std::size_t offset, std::size_t anchor);
  /// The key "<<". Gives false where no key is due: then it is an ordinary scalar.
  [[nodiscard]] bool merge_key(std::size_t offset);

  /// Whether what comes next is a key of the innermost map, or the value of one.
  [[nodiscard]] bool key_due() const { return in_map() && frames_.back().key_due; }
  [[nodiscard]] bool value_due() const { return in_map() && !frames_.back().key_due; }

  /// Those that are not empty. REQUIRES: no document is open.
  [[nodiscard]] std::vector<YamlDocument> take_documents() { return std::move(documents_); }
  /// "file:line:column: message".
  [[nodiscard]] std::string describe(const Refusal& refusal);

 private:
  /// How much a value holds: what an alias to it costs.
  struct Weight {
    std::size_t nodes = 0;
    std::size_t bytes = 0;
  };
  /// A map or list that has begun.
  struct Frame {
    Value value;
    std::size_t offset;
    std::size_t anchor;
    std::size_t path_size;  ///< of path_, when this is where it leads
    Weight before;          ///< used_, when this began
    std::string key = {};
    bool key_due = true;
    bool merging = false;  ///< the value to come belongs to "<<"
    std::vector<Value> merged = {};
  };
  struct Anchor {
    Value value;
    Weight weight;
  };

  [[nodiscard]] bool in_map() const { return !frames_.empty() && frames_.back().value.is_object(); }
  void begin(std::size_t offset, std::size_t anchor, Value empty);
  void begin_value(std::size_t offset);
  void begin_key(std::size_t offset, std::string key);
  void attach(Value value, std::size_t offset);
  void add_merged(Frame& frame, Value value, std::size_t offset) const;
  void keep_anchor(std::size_t anchor, const Value& value, Weight weight, std::size_t offset);
  void use(Weight weight, std::size_t offset);
  void append_step(std::string_view step);
  void record_place(std::size_t offset);

  std::string file_;
  YamlLimits limits_;
  TextPosition position_;
  std::vector<YamlDocument> documents_;

  std::optional<Value> root_;
  std::vector<Frame> frames_;
  std::unordered_map<std::size_t, Anchor> anchors_;
  Weight used_;            ///< in all documents so far
  Weight kept_;            ///< in the copies that anchors keep
  std::string path_;       ///< FieldPath text of the value that comes next
  std::size_t paths_ = 0;  ///< bytes in the keys of fields_
  std::map<std::string, std::pair<unsigned, unsigned>, std::less<>> fields_;
};

}  // namespace kaito::json
