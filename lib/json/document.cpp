#include "kaito/json/document.hpp"

#include <boost/json/monotonic_resource.hpp>
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

/// Counted: what others copy or move out of the value keeps the arena alive.
struct Document::Arena {
  static constexpr std::size_t first_block = 4096;
  Value value =
      Value(boost::json::object_kind,
            boost::json::make_shared_resource<boost::json::monotonic_resource>(first_block));
};

Document::Document() noexcept = default;

Document::Document(Value value) : value_(std::make_unique<Value>(std::move(value))) {}

Document::Document(const Document& other) : value_(other ? copied(other.value()) : nullptr) {}

Document::Document(Document&& other) noexcept = default;

Document& Document::operator=(const Document& other) {
  if (this != &other) *this = Document(other);
  return *this;
}

Document& Document::operator=(Document&& other) noexcept = default;

Document::~Document() = default;

Object& Document::start_in_arena() {
  value_.reset();
  arena_ = std::make_unique<Arena>();
  return arena_->value.get_object();
}

const Value& Document::value() const {
  return arena_ ? arena_->value : *value_;
}

Value& Document::value() {
  if (arena_) {
    value_ = copied(arena_->value);
    arena_.reset();
  }
  return *value_;
}

bool Document::operator==(const Document& other) const {
  if (!has_value() || !other.has_value()) return has_value() == other.has_value();
  return equivalent(value(), other.value());
}

}  // namespace kaito::json
