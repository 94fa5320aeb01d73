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
  /// A copy in ordinary memory.
  explicit Document(const Value& value);
  /// Takes it as it is, in whatever memory it lies. What was read from a file lies in one arena: a
  /// boost::json copy or move of a part keeps the whole of it alive, and only one thread at a time
  /// may change what lies in it. Document's own copies are free of it.
  explicit Document(Value&& value);
  Document(const Document& other);
  Document(Document&& other) noexcept;
  Document& operator=(const Document& other);
  Document& operator=(Document&& other) noexcept;
  ~Document();

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
