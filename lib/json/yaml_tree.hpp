#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/text_position.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::json {

using Mark = TextPosition::Place;

/// A text that is refused, and where. Stops in read_piece().
class Refusal : public std::exception {
 public:
  Refusal(Mark mark, std::string message) : mark_(mark), message_(std::move(message)) {}

  [[nodiscard]] Mark mark() const { return mark_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  Mark mark_;
  std::string message_;
};

/// Builds documents out of what a parser finds in a text, in the order it is found: values, their
/// places, anchors and merge keys, within the limits. An anchor without a name is none. Every call
/// may throw Refusal; after that the next one is begin_document().
class YamlTree {
 public:
  YamlTree(std::string file, const YamlLimits& limits) : file_(std::move(file)), limits_(limits) {}

  void begin_document();
  void end_document();
  void begin_map(Mark mark, std::string_view anchor);
  void begin_list(Mark mark, std::string_view anchor);
  /// Ends the innermost map or list.
  void end();
  /// A scalar: a value, or a key where one is due.
  void text(Mark mark, std::string_view text, std::string_view anchor);
  void scalar(Mark mark, const Value& value, std::string_view anchor);
  void alias(Mark mark, std::string_view anchor);
  /// The key "<<". Gives false where no key is due: then it is an ordinary scalar.
  [[nodiscard]] bool merge_key(Mark mark);

  /// Those that are not empty. REQUIRES: no document is open.
  [[nodiscard]] std::vector<YamlDocument> take_documents();
  /// The limits are those of what comes, without what has been.
  void renew_limits() { used_ = {}; }
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  /// How much a value holds: what an alias to it costs.
  struct Weight {
    std::size_t nodes = 0;
    std::size_t bytes = 0;
  };
  /// A map or list that has begun.
  struct Frame {
    Value value;
    Mark mark;
    std::uint32_t field;  ///< its place, in fields_
    Weight before;        ///< used_, when this began
    std::string anchor = {};
    bool key_due = true;
    bool merging = false;      ///< the value to come belongs to "<<"
    bool merged_some = false;  ///< there was a "<<"
    std::vector<Value> merged = {};
  };
  struct Anchor {
    Value value;
    Weight weight;
  };

  [[nodiscard]] bool in_map() const { return !frames_.empty() && frames_.back().value.is_object(); }
  [[nodiscard]] bool key_due() const { return in_map() && frames_.back().key_due; }
  void begin(Mark mark, std::string_view anchor, Value empty);
  void begin_value(Mark mark);
  void begin_key(Mark mark, std::string_view key);
  void attach(Value value, Mark mark);
  void add_merged(Frame& frame, Value value, Mark mark) const;
  void keep_anchor(std::string_view anchor, const Value& value, Weight weight, Mark mark);
  const Anchor& anchored(std::string_view anchor, Mark mark) const;
  void use(Weight weight, Mark mark);
  void add_field(Mark mark, std::uint32_t step, bool in_list);
  [[nodiscard]] std::optional<Mark> mark_of_key(const Frame& frame, std::string_view key) const;

  std::string file_;
  YamlLimits limits_;
  std::vector<YamlDocument> documents_;

  boost::json::storage_ptr arena_;  ///< of the document that is open
  std::optional<Value> root_;
  std::vector<Frame> frames_;
  std::map<std::string, Anchor, std::less<>> anchors_;
  Weight used_;  ///< in all documents so far
  Weight kept_;  ///< in the copies that anchors keep
  std::vector<Places::Field> fields_;
  std::string keys_;
  std::uint32_t field_ = 0;  ///< of the value that comes next
};

}  // namespace kaito::json
