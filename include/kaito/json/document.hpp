#pragma once

#include <memory>

#include "kaito/json/value.hpp"

namespace kaito::json {

/// A JSON value as a member of a typed struct: opaque parts (pod templates, volume sources, unknown
/// fields) ride along in it, and headers need no Boost definition. Copies are deep. Empty = absent,
/// which is not the same as holding null.
class Document {
 public:
  Document() noexcept;
  explicit Document(Value value);
  Document(const Document& other);
  Document(Document&& other) noexcept;
  Document& operator=(const Document& other);
  Document& operator=(Document&& other) noexcept;
  ~Document();

  /// Makes this an empty object whose parts lie in one arena, and gives it to be filled in place:
  /// made and dropped in less than half the time. What is moved into it from elsewhere is copied.
  /// The reference is good until the document is assigned to or asked for its value to change.
  Object& start_in_arena();

  [[nodiscard]] bool has_value() const noexcept { return value_ || arena_; }
  explicit operator bool() const noexcept { return has_value(); }
  /// REQUIRES: has_value().
  [[nodiscard]] const Value& value() const;
  /// The same, to change or to move from: out of an arena it is copied first.
  [[nodiscard]] Value& value();
  /// Equal when both are absent or both hold equal JSON (numbers by value, member order ignored).
  bool operator==(const Document& other) const;

 private:
  struct Arena;
  std::unique_ptr<Value> value_;
  std::unique_ptr<Arena> arena_;  ///< in place of value_
};

}  // namespace kaito::json
