#include "kaito/json/document.hpp"

#include <boost/json/value.hpp>
#include <utility>

#include "kaito/json/json.hpp"

namespace kaito::json {
namespace {

/// Into ordinary memory: a copy otherwise comes from where the original does.
std::unique_ptr<Value> copied(const Value& value) {
  return std::make_unique<Value>(value, boost::json::storage_ptr());
}

}  // namespace

Document::Document() noexcept = default;

Document::Document(const Value& value) : value_(copied(value)) {}

Document::Document(Value&& value) : value_(std::make_unique<Value>(std::move(value))) {}

Document::Document(const Document& other) : value_(other ? copied(other.value()) : nullptr) {}

Document::Document(Document&& other) noexcept = default;

Document& Document::operator=(const Document& other) {
  if (this != &other) *this = Document(other);
  return *this;
}

Document& Document::operator=(Document&& other) noexcept = default;

Document::~Document() = default;

bool Document::operator==(const Document& other) const {
  if (!has_value() || !other.has_value()) return has_value() == other.has_value();
  return equivalent(value(), other.value());
}

}  // namespace kaito::json
