#include "json/parse.hpp"

#include <fmt/format.h>

#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include "json/text_position.hpp"

namespace kaito::json {
namespace {

/// What went wrong, for people; Boost's own words where they say enough.
std::string describe(const boost::json::error_code& code, const ParseLimits& limits) {
  using boost::json::error;
  if (code == error::syntax) return "this is not JSON";
  if (code == error::incomplete) return "the text ends in the middle of a value";
  if (code == error::extra_data) return "there is more text after the value";
  if (code == error::too_deep) return fmt::format("nested deeper than {} levels", limits.depth);
  return code.message();
}

}  // namespace

std::optional<ParseFailure> parse_into(Value& out, std::string_view text,
                                       const ParseLimits& limits) {
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  boost::json::parser parser({}, options);
  boost::json::error_code code;
  std::size_t offset = 0;
  try {
    offset = parser.write_some(text.data(), text.size(), code);
    if (!code && offset < text.size()) code = boost::json::error::extra_data;
    if (!code) {
      out = parser.release();
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
