#include "kaito/base/text.hpp"
#include "kaito/k8s/selector.hpp"

namespace kaito::k8s {
namespace {

tl::unexpected<Error> refuse(std::size_t position, std::string_view why) {
  return fail(ErrorCode::invalid, "field selector, at position " + std::to_string(position + 1) +
                                      ": " + std::string(why));
}

/// Takes a value up to an unescaped ",", which is left; `at` is moved behind it.
Result<std::string> take_value(std::string_view text, std::size_t& at) {
  std::string value;
  for (; at < text.size() && text[at] != ','; ++at) {
    if (text[at] == '=') return refuse(at, "\"=\" in a value is written \"\\=\"");
    if (text[at] != '\\') {
      value += text[at];
      continue;
    }
    ++at;
    if (at == text.size() || std::string_view(",=\\").find(text[at]) == std::string_view::npos)
      return refuse(at - 1, "a backslash stands before \",\", \"=\" or \"\\\" only");
    value += text[at];
  }
  return value;
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector selector;
  for (std::size_t at = 0; at < text.size(); ++at) {  // each turn ends at a "," or at the end
    if (text[at] == ',') continue;                    // empty parts are passed over
    const std::size_t end = text.find_first_of("=,", at);
    if (end == std::string_view::npos || text[end] == ',') {
      return refuse(at, "\"" + shorten(text.substr(at), 64) +
                            "\" is not FIELD=VALUE, FIELD==VALUE or FIELD!=VALUE");
    }
    Part part;
    part.negated = end > at && text[end - 1] == '!';
    part.field = trim(text.substr(at, end - at - (part.negated ? 1 : 0)));
    if (part.field.empty()) return refuse(at, "the name of a field is expected");
    at = end + 1;
    if (!part.negated && at < text.size() && text[at] == '=') ++at;
    KAITO_TRY(part.value, take_value(text, at));
    selector.parts.push_back(std::move(part));
  }
  return selector;
}

}  // namespace kaito::k8s
