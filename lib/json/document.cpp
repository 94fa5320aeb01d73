#include "kaito/json/document.hpp"

#include <boost/json/value.hpp>
#include <utility>

#include "kaito/json/json.hpp"

namespace kaito::json {

Document::Document() noexcept = default;

Document::Document(Value value) : value_(std::make_unique<Value>(std::move(value))) {}

Document::Document(const Document& other)
    : value_(other.value_ ? std::make_unique<Value>(*other.value_) : nullptr) {}

Document::Document(Document&& other) noexcept = default;

Document& Document::operator=(const Document& other) {
  if (this != &other) *this = Document(other);
  return *this;
}

Document& Document::operator=(Document&& other) noexcept = default;

Document::~Document() = default;

bool Document::operator==(const Document& other) const {
  if (!has_value() || !other.has_value()) return has_value() == other.has_value();
  return equivalent(*value_, *other.value_);
}

}  // namespace kaito::json
