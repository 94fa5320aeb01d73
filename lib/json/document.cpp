#include "kaito/json/document.hpp"

#include <boost/json/monotonic_resource.hpp>
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

Document Document::object_in_arena() {
  constexpr std::size_t first_block = 4096;
  Document out;
  out.value_ = std::make_unique<Value>(
      boost::json::object_kind,
      boost::json::make_shared_resource<boost::json::monotonic_resource>(first_block));
  return out;
}

bool Document::operator==(const Document& other) const {
  if (!has_value() || !other.has_value()) return has_value() == other.has_value();
  return equivalent(*value_, *other.value_);
}

}  // namespace kaito::json
