#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"

using namespace kaito;

namespace {

/// Values made at random, the same in every run: out of pieces that YAML readers trip over.
class Values {
 public:
  explicit Values(std::uint64_t seed) : random_(seed) {}

  std::string text() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "B",
                                                     "0",
                                                     "7",
                                                     " ",
                                                     "  ",
                                                     "\n",
                                                     "\n\n",
                                                     "\t",
                                                     ":",
                                                     ": ",
                                                     "#",
                                                     " #",
                                                     "-",
                                                     "- ",
                                                     "---",
                                                     "...",
                                                     "?",
                                                     "'",
                                                     "\"",
                                                     "\\",
                                                     "[",
                                                     "]",
                                                     "{",
                                                     "}",
                                                     ",",
                                                     "&",
                                                     "*",
                                                     "!",
                                                     "|",
                                                     ">",
                                                     "%",
                                                     "@",
                                                     "`",
                                                     "=",
                                                     "<<",
                                                     "~",
                                                     "null",
                                                     "true",
                                                     "no",
                                                     "y",
                                                     "on",
                                                     "0x1f",
                                                     "017",
                                                     "1e3",
                                                     ".5",
                                                     "_",
                                                     "+",
                                                     ".inf",
                                                     "1:30",
                                                     "2001-1-2",
                                                     "\xC3\xBC",
                                                     "\r",
                                                     "\x01",
                                                     "\x7F",
                                                     "\\n",
                                                     "\xC2\x85",
                                                     "\xE2\x80\xA8",
                                                     "\xEF\xBB\xBF",
                                                     "\xF0\x9F\x98\x80",
                                                     "{{ x }}",
                                                     "%}",
                                                     "word",
                                                     "kaito.sh/x",
                                                     std::string(1, '\0')};
    std::string out;
    for (std::uint64_t pieces = below(6); pieces > 0; --pieces) {
      out += kPieces[static_cast<std::size_t>(below(kPieces.size()))];
    }
    if (below(200) == 0) out += std::string(1100, 'k');
    return out;
  }

  json::Value number() {
    switch (below(4)) {
      case 0:
        return static_cast<std::int64_t>(random_());
      case 1:
        return random_();
      case 2:
        return static_cast<double>(below(2'000'000)) / 1000.0;
      default:
        return any_double();
    }
  }

  double any_double() {
    while (true) {
      const std::uint64_t bits = random_();
      double number = 0;
      std::memcpy(&number, &bits, sizeof number);
      if (std::isfinite(number)) return number;
    }
  }

  json::Value value(unsigned depth) {
    const std::uint64_t choice = below(depth == 0 ? 5 : 9);
    if (choice == 0) return nullptr;
    if (choice == 1) return below(2) == 0;
    if (choice == 2) return number();
    if (choice <= 4) return json::Value(text());
    const std::uint64_t size = below(4);
    if (choice <= 6) {
      json::Array items;
      for (std::uint64_t i = 0; i < size; ++i)
        items.push_back(value(depth - 1));
      return items;
    }
    json::Object members;
    for (std::uint64_t i = 0; i < size; ++i)
      members[text()] = value(depth - 1);
    return members;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  std::mt19937_64 random_;
};

/// What reading a YAML text gives, as JSON: for messages.
std::string reread(std::string_view yaml) {
  const auto documents = json::load_yaml(yaml, "");
  if (!documents) return documents.error().message;
  if (documents->size() != 1) return std::to_string(documents->size()) + " documents";
  return json::write(documents->front().value.value());
}

}  // namespace

TEST_CASE("values read back the same from JSON") {
  Values values(1);
  for (int i = 0; i < 1000; ++i) {
    const json::Value value = values.value(5);
    const auto line = json::parse(json::write(value));
    REQUIRE_MESSAGE(line, json::write(value));
    REQUIRE_MESSAGE(json::equivalent(value, *line), json::write(value));
    const auto pretty = json::parse(json::write_pretty(value));
    REQUIRE_MESSAGE(pretty, json::write(value));
    REQUIRE_MESSAGE(json::equivalent(value, *pretty), json::write(value));
  }
}

TEST_CASE("doubles read back bit by bit") {
  Values values(2);
  for (int i = 0; i < 5000; ++i) {
    const double number = values.any_double();
    const std::string text = json::write(json::Value(number));
    REQUIRE(std::strtod(text.c_str(), nullptr) == number);
    const auto parsed = json::parse(text);
    REQUIRE_MESSAGE(parsed, text);
    REQUIRE(parsed->to_number<double>() == number);
    for (const std::string& list : {"[" + text + "]", "- " + text}) {  // as JSON, as YAML
      const auto documents = json::load_yaml(list, "");
      REQUIRE_MESSAGE(documents, list);
      REQUIRE(documents->front().value.value().as_array().at(0).to_number<double>() == number);
    }
  }
}

TEST_CASE("values read back the same from YAML, and from JSON read as YAML") {
  Values values(3);
  for (int i = 0; i < 1000; ++i) {
    // In an object, since a lone null is no document.
    const json::Value value = json::Object{{"v", values.value(5)}};
    const std::string yaml = json::write_yaml(value);
    const auto documents = json::load_yaml(yaml, "");
    REQUIRE_MESSAGE(documents, documents.error().message << "\n" << yaml);
    REQUIRE(documents->size() == 1);
    REQUIRE_MESSAGE(documents->front().value == json::Document(value), json::write(value)
                                                                           << "\n"
                                                                           << yaml << reread(yaml));
    const std::string as_json = json::write(value);
    REQUIRE_MESSAGE(reread(as_json) == as_json, as_json);
  }
}

TEST_CASE("every kind of string reads back from every place in YAML") {
  Values values(4);
  for (int i = 0; i < 1500; ++i) {
    const std::string text = values.text();
    for (const json::Value& value : std::vector<json::Value>{
             json::Value(text), json::Object{{"k", text}}, json::Object{{text, text}},
             json::Array{json::Array{text}, json::Object{{"a", 1}, {text, json::Array{text}}}}}) {
      const std::string yaml = json::write_yaml(value);
      const auto documents = json::load_yaml(yaml, "");
      REQUIRE_MESSAGE(documents, documents.error().message << "\n" << yaml);
      REQUIRE_MESSAGE(documents->size() == 1, yaml);
      REQUIRE_MESSAGE(documents->front().value == json::Document(value),
                      json::write(value) << "\n"
                                         << yaml << reread(yaml));
    }
  }
}

TEST_CASE("no text, however broken, does more than be refused") {
  const std::string text =
      "%YAML 1.1\n--- # c\na: &x [1, {b: 'c''d', e: \"f\\u00fc\\n\"}]\n? k\n: - |+2\n    x\n\n"
      "  - >-\n    y\n<<: {m: !!int 5, n: *x}\n...\n---\n- - q\n  -\n- {z}\n- [p: 1, ]\n";
  const std::string_view inserted = "[]{},:#-?&*!|>'\"%@`\\ \n\t\r~.<=0ya";
  std::mt19937_64 random(5);
  int loaded = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string broken = text;
    for (std::uint64_t edits = 1 + random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % broken.size();
      const char c = inserted[random() % inserted.size()];
      switch (random() % 4) {
        case 0:
          broken.erase(at, 1 + random() % 3);
          break;
        case 1:
          broken[at] = c;
          break;
        case 2:
          broken.insert(at, 1 + random() % 2, c);
          break;
        default:
          broken.erase(at);
          broken += c;
      }
      if (broken.empty()) break;
    }
    const auto documents = json::load_yaml(broken, "f");
    if (!documents) {
      // Every refusal has a place.
      REQUIRE_MESSAGE(documents.error().message.find("f:") == 0, documents.error().message);
      continue;
    }
    ++loaded;
    for (const json::YamlDocument& document : *documents) {
      const std::string yaml = json::write_yaml(document.value.value());
      REQUIRE_MESSAGE(reread(yaml) == json::write(document.value.value()), broken);
    }
  }
  CHECK(loaded > 100);
}
