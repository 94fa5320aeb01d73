#include "kaito/json/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "json/number.hpp"

namespace kaito::json {
namespace {

bool same_number(const Value& a, const Value& b) {
  const auto whole_a = whole_number(a);
  const auto whole_b = whole_number(b);
  if (whole_a && whole_b) return *whole_a == *whole_b;
  // What is left are fractions and numbers past 64 bits. An integer past int64 is below 2^64,
  // where every double is whole, so that comparing as doubles is exact unless one side is an
  // integer that a double cannot hold.
  if (a.is_uint64() && b.is_uint64()) return a.get_uint64() == b.get_uint64();
  const auto as_double = [](const Value& v) {
    return v.is_double() ? v.get_double() : static_cast<double>(v.is_uint64() ? v.get_uint64() : 0);
  };
  if (whole_a || whole_b) return false;
  const double x = as_double(a);
  const double y = as_double(b);
  if (!(x == y)) return false;
  const Value& integer = a.is_uint64() ? a : b;
  if (!integer.is_uint64()) return true;
  constexpr double kPastUint64 = 18446744073709551616.0;
  return x < kPastUint64 && static_cast<std::uint64_t>(x) == integer.get_uint64();
}

bool same_members(const Object& a, const Object& b) {
  if (a.size() != b.size()) return false;
  for (const auto& member : a) {
    const Value* other = b.if_contains(member.key());
    if (other == nullptr || !equivalent(member.value(), *other)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::int64_t> whole_number(const Value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) {
    const std::uint64_t number = value.get_uint64();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {};
    return static_cast<std::int64_t>(number);
  }
  if (!value.is_double()) return {};
  constexpr double kPastInt64 = 9223372036854775808.0;
  const double number = value.get_double();
  if (!(number >= -kPastInt64 && number < kPastInt64) || number != std::trunc(number)) return {};
  return static_cast<std::int64_t>(number);
}

const Value* find(const Value& value, std::initializer_list<std::string_view> keys) {
  const Value* here = &value;
  for (const std::string_view key : keys) {
    const Object* object = here->if_object();
    here = object == nullptr ? nullptr : object->if_contains(key);
    if (here == nullptr) return nullptr;
  }
  return here->is_null() ? nullptr : here;
}

std::string_view string_at(const Value& value, std::initializer_list<std::string_view> keys) {
  const Value* found = find(value, keys);
  if (found == nullptr || !found->is_string()) return {};
  return found->get_string();
}

std::int64_t int_at(const Value& value, std::initializer_list<std::string_view> keys,
                    std::int64_t otherwise) {
  const Value* found = find(value, keys);
  if (found == nullptr) return otherwise;
  return whole_number(*found).value_or(otherwise);
}

bool equivalent(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return same_number(a, b);
  if (a.kind() != b.kind()) return false;
  if (a.is_string()) return a.get_string() == b.get_string();
  if (a.is_bool()) return a.get_bool() == b.get_bool();
  if (a.is_object()) return same_members(a.get_object(), b.get_object());
  if (!a.is_array()) return true;  // null
  const Array& items = a.get_array();
  const Array& others = b.get_array();
  if (items.size() != others.size()) return false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!equivalent(items[i], others[i])) return false;
  }
  return true;
}

void merge_patch(Value& target, const Value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target.emplace_object();
  Object& object = target.get_object();
  for (const auto& member : patch.get_object()) {
    if (member.value().is_null()) {
      if (const auto found = object.find(member.key()); found != object.end()) {
        object.stable_erase(found);
      }
    } else {
      merge_patch(object[member.key()], member.value());
    }
  }
}

}  // namespace kaito::json
