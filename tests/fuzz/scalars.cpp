// Quantities, durations and times: what is accepted means the same when it is written again.

#include "kaito/base/duration.hpp"
#include "kaito/base/quantity.hpp"
#include "kaito/base/text.hpp"
#include "kaito/base/time.hpp"
#include "target.hpp"

using namespace kaito;
using fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  text = text.substr(0, text.find('\n'));
  if (const auto quantity = Quantity::parse(text)) {
    const auto again = Quantity::parse(quantity->text());
    hold(again.has_value() && *again == *quantity, "a quantity reads back");
    const auto whole = Quantity::from_bytes(quantity->value());
    hold(Quantity::parse(whole.text()).has_value(), "bytes are a quantity");
  }
  if (const auto duration = parse_duration(text)) (void)*duration;
  if (const auto time = parse_time(text)) (void)*time;
  hold(is_valid_utf8(escape_controls(text)), "escaped text is text");
  (void)base64_decode(text);
  return 0;
}
