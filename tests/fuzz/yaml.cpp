// The YAML loader: what it reads it writes and reads back; a stream of the same bytes gives the
// same documents; every place is in the text.

#include "kaito/json/yaml.hpp"

#include <algorithm>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "target.hpp"

namespace {

using namespace kaito;
using fuzz::hold;

constexpr json::YamlLimits kLimits{1 << 20, 50, 20'000};

/// No line can have a greater number.
unsigned lines_in(std::string_view text) {
  return static_cast<unsigned>(std::count_if(text.begin(), text.end(), [](char c) {
    return c == '\n' || c == '\r' || c == '\x85' || c == '\xA8' || c == '\xA9';
  }));
}

void check_document(const json::YamlDocument& document, unsigned lines) {
  const json::Value& value = document.value.value();
  const auto again = json::load_yaml(json::write_yaml(value), "again.yaml");
  hold(again.has_value() && again->size() == 1, "written YAML loads");
  hold(json::equivalent(again->front().value.value(), value), "written YAML is the same value");
  const SourcePlace place = document.places.of(FieldPath("metadata").key("name"));
  hold(place.line >= 1 && place.line <= lines + 1 && place.column >= 1, "a place in the text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto whole = json::load_yaml(text, "f.yaml", kLimits);
  if (!whole) hold(!whole.error().message.empty(), "an error says why");

  const unsigned lines = lines_in(text);
  std::size_t at = 0;
  json::YamlReader reader(
      [&](char* out, std::size_t most) -> Result<std::size_t> {
        const std::size_t count = std::min({most, text.size() - at, 1 + size % 61});
        text.copy(out, count, at);
        at += count;
        return count;
      },
      "f.yaml", kLimits);
  std::size_t documents = 0;
  for (;;) {
    const auto next = reader.next();
    if (!next) {
      hold(reader.problem().has_value(), "a refusal has its parts");
      if (whole) hold(false, "the stream takes what the loader takes");
      continue;
    }
    if (!*next) break;
    if (whole) {
      hold(documents < whole->size(), "as many documents");
      hold(json::equivalent((*next)->value.value(), (*whole)[documents].value.value()),
           "the same documents");
    }
    check_document(**next, lines);
    ++documents;
  }
  if (whole) hold(documents == whole->size(), "no document less");
  return 0;
}
