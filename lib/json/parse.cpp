#include "json/parse.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "json/text_position.hpp"

namespace kaito::json {
namespace {

using boost::json::error_code;
using boost::json::string_view;

/// Builds the value out of what Boost's parser finds, as Boost's own handler does but for
/// fractions: those are read exactly (before 1.83 Boost's may be one bit off where digits are many)
/// and refused where they are too large, instead of becoming infinite.
class Builder {
 public:
  static constexpr std::size_t max_object_size = Object::max_size();
  static constexpr std::size_t max_array_size = Array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();

  Builder() : stack_({}, buffer_.data(), buffer_.size()) { stack_.reset(); }

  Value release() { return stack_.release(); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

  bool on_object_end(std::size_t members, error_code&) {
    stack_.push_object(members);
    return true;
  }
  bool on_array_end(std::size_t items, error_code&) {
    stack_.push_array(items);
    return true;
  }
  bool on_key_part(string_view text, std::size_t, error_code&) {
    stack_.push_chars(text);
    return true;
  }
  bool on_key(string_view text, std::size_t, error_code&) {
    stack_.push_key(text);
    return true;
  }
  bool on_string_part(string_view text, std::size_t, error_code&) {
    stack_.push_chars(text);
    return true;
  }
  bool on_string(string_view text, std::size_t, error_code&) {
    stack_.push_string(text);
    return true;
  }
  bool on_int64(std::int64_t number, string_view, error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, string_view, error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double about, string_view text, error_code& code) {
    double exact = about;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), exact);
    if (read.ec == std::errc::result_out_of_range && std::abs(about) > 1) {
      code = boost::json::error::exponent_overflow;
      return false;
    }
    stack_.push_double(read.ec == std::errc() ? exact : about);
    return true;
  }
  bool on_bool(bool flag, error_code&) {
    stack_.push_bool(flag);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }

 private:
  std::array<unsigned char, 2048> buffer_{};
  boost::json::value_stack stack_;
};

/// What went wrong, for people; Boost's own words where they say enough.
std::string describe(const error_code& code, const ParseLimits& limits) {
  using boost::json::error;
  if (code == error::syntax) return "this is not JSON";
  if (code == error::illegal_leading_surrogate || code == error::illegal_trailing_surrogate ||
      code == error::expected_utf16_escape)
    return "\\u escapes of half a character";
  if (code == error::incomplete) return "the text ends in the middle of a value";
  if (code == error::extra_data) return "there is more text after the value";
  if (code == error::exponent_overflow) return "the number is too large";
  if (code == error::too_deep) return fmt::format("nested deeper than {} levels", limits.depth);
  return code.message();
}

}  // namespace

std::optional<ParseFailure> parse_into(Value& out, std::string_view text,
                                       const ParseLimits& limits) {
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  boost::json::basic_parser<Builder> parser(options);
  error_code code;
  std::size_t offset = 0;
  try {
    offset = parser.write_some(false, text.data(), text.size(), code);
    if (!code && offset < text.size()) code = boost::json::error::extra_data;
    if (!code) {
      out = parser.handler().release();
      return std::nullopt;
    }
  } catch (const boost::system::system_error& thrown) {  // strings and arrays past Boost's limits
    code = thrown.code();
  }
  return ParseFailure{offset, describe(code, limits)};
}

Result<Value> parse(std::string_view text, ParseLimits limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorCode::parse, fmt::format("the text has {} bytes, more than the {} accepted",
                                              text.size(), limits.bytes));
  }
  Value value;
  const auto failure = parse_into(value, text, limits);
  if (!failure) return value;
  const auto place = TextPosition(text).at(failure->offset);
  return fail(ErrorCode::parse,
              fmt::format("line {}, column {}: {}", place.line, place.column, failure->message));
}

}  // namespace kaito::json
