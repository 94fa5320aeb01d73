// The JSON parser and writers: what is read is written and read back, one line or indented.

#include "kaito/json/json.hpp"

#include <boost/json/value.hpp>

#include "target.hpp"

using namespace kaito;
using fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = json::parse(fuzz::text_of(data, size), {1 << 20, 100});
  if (!value) {
    hold(value.error().message.find("line ") == 0, "an error has its place");
    return 0;
  }
  const auto line = json::parse(json::write(*value));
  hold(line.has_value() && json::equivalent(*line, *value), "one line reads back");
  const auto pretty = json::parse(json::write_pretty(*value));
  hold(pretty.has_value() && json::equivalent(*pretty, *value), "indented text reads back");
  json::Value merged = *value;
  json::merge_patch(merged, *value);
  return 0;
}
