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

  /// Holds {} whose parts come from an arena of its own: for a tree that is made once and in place,
  /// which is then two to three times as fast to make and to drop. What is made elsewhere and moved
  /// in is copied; what is erased gives its memory back with the last part of the tree.
  [[nodiscard]] static Document object_in_arena();

  [[nodiscard]] bool has_value() const noexcept { return value_ != nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  /// REQUIRES: has_value().
  [[nodiscard]] const Value& value() const { return *value_; }
  [[nodiscard]] Value& value() { return *value_; }
  /// Equal when both are absent or both hold equal JSON (numbers by value, member order ignored).
  bool operator==(const Document& other) const;

 private:
  std::unique_ptr<Value> value_;
};

}  // namespace kaito::json
