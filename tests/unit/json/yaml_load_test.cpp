#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"

using namespace kaito;
using namespace std::string_view_literals;

namespace {

/// The documents as JSON, one per line; or the error.
std::string load(std::string_view text, json::YamlLimits limits = {}) {
  const auto documents = json::load_yaml(text, "f.yaml", limits);
  if (!documents) return documents.error().message;
  std::string out;
  for (const json::YamlDocument& document : *documents) {
    if (!out.empty()) out += '\n';
    out += json::write(document.value.value());
  }
  return out;
}

struct Row {
  std::string_view text;
  std::string result;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(load(row.text) == row.result);
  }
}

}  // namespace

TEST_CASE("plain scalars are what Kubernetes takes them for") {
  struct Scalar {
    std::string_view words;  ///< separated by blanks
    std::string result;
  };
  for (const Scalar& row : std::vector<Scalar>{
           {"~ null Null NULL", "null"},
           {"y Y yes Yes YES on On ON true True TRUE", "true"},
           {"n N no No NO off Off OFF false False FALSE", "false"},
           {"nULL yEs tRUE oN nil none -.nan _1 1_a 0x 0b 0b12 0o 0o9 .e1 1e 1e+ . .. +. 1.2.3",
            "text"},
           {"1:30 2001-12-14 2001-12-14T21:59:43Z 12e 0x1.8p1 1e999 -1e999 infinity inf", "text"},
           {"15 +15 1_5 0xF 0XF 0x_f 017 0o17 0O17 0b1111 0b11_11 15__", "15"},
           {"-15 -0xf -017 -0b1111", "-15"},
           {"0 00 0x0 -0", "0"},
           {"8.0 8. 08 +8.0 0.8e1 8e0 80e-1", "8"},
           {".5 0.5 5e-1 +.5 0_0.5", "0.5"},
           {"1e-999", "0"},
           {"9223372036854775807", "9223372036854775807"},
           {"-9223372036854775808", "-9223372036854775808"},
           {"18446744073709551615 0xffffffffffffffff", "18446744073709551615"},
           {"18446744073709551616", "18446744073709552000"},
           {"-9223372036854775809", "-9223372036854775808"},
       }) {
    std::string_view words = row.words;
    while (!words.empty()) {
      const std::string word(words.substr(0, words.find(' ')));
      words.remove_prefix(std::min(words.size(), word.size() + 1));
      CAPTURE(word);
      const std::string text = "\"" + word + "\"";
      CHECK(load("a: " + word) == "{\"a\":" + (row.result == "text" ? text : row.result) + "}");
      // Quoted, the same words are text.
      CHECK(load("a: '" + word + "'") == "{\"a\":" + text + "}");
      CHECK(load("a: " + text) == "{\"a\":" + text + "}");
      CHECK(load("a: !!str " + word) == "{\"a\":" + text + "}");
      CHECK(load("a: ! " + word) == "{\"a\":" + text + "}");
    }
  }
  check({{"a:", R"({"a":null})"}, {"- \n-", "[null,null]"}, {"a: ''", R"({"a":""})"}});
}

TEST_CASE("numbers that JSON has not are refused") {
  for (const char* word : {".inf", "-.inf", "+.Inf", ".INF", ".nan", ".NaN", ".NAN"}) {
    CAPTURE(word);
    CHECK(load("a: " + std::string(word)) ==
          "f.yaml:1:4: " + std::string(word) +
              " is not a number that JSON can hold (quote it to make it a string)");
  }
}

TEST_CASE("tags") {
  check({
      {"a: !!int 0x10", R"({"a":16})"},
      {"a: !!float 3", R"({"a":3})"},
      {"a: !!bool yes", R"({"a":true})"},
      {"a: !!null ''", R"({"a":null})"},
      {"a: !!timestamp 2001-12-14", R"({"a":"2001-12-14"})"},
      {"a: !!map {b: !!seq [c]}", R"({"a":{"b":["c"]}})"},
      {"a: !!int x", "f.yaml:1:4: the value does not fit its tag !!int"},
      {"a: !!bool 1", "f.yaml:1:4: the value does not fit its tag !!bool"},
      {"a: !!binary aGk=", "f.yaml:1:4: the tag !!binary is not supported here"},
      {"a: !!set {b}", "f.yaml:1:4: the tag !!set is not supported here"},
      {"a: !Ref b", "f.yaml:1:4: the tag !Ref is not supported here"},
  });
}

TEST_CASE("keys are strings") {
  check({
      {"y: 1\n1: 2\n1.50: 3\n0x10: 4\noff: 5\n2001-01-01: 6\n'null': 7",
       R"({"true":1,"1":2,"1.5":3,"16":4,"false":5,"2001-01-01":6,"null":7})"},
      {"? a\n: b\n? c", R"({"a":"b","c":null})"},
      {"{a, b: }", R"({"a":null,"b":null})"},
      {"[a: b, c]", R"([{"a":"b"},"c"])"},
      {"null: 1", "f.yaml:1:1: a key must be a string, not null (quote it)"},
      {"a: 1\n: 2",
       "f.yaml:2:1: expected a key of the mapping, or the end of it (check the indentation)"},
      {"a: 1\n? \n: 2", "f.yaml:2:2: a key must be a string, not null (quote it)"},
      {"a: {[b]: 1}",
       "f.yaml:1:5: a key must be a string, not a mapping or a list (or is a bracket not closed?)"},
      {"a: 1\n? {b: c}\n: 2",
       "f.yaml:2:3: a key must be a string, not a mapping or a list (or is a bracket not closed?)"},
  });
}

TEST_CASE("duplicate keys are refused, with both places") {
  check({
      {"a: 1\nb: 2\na: 3", R"(f.yaml:3:1: duplicate key "a" (first at 1:1))"},
      {"x:\n  - k: 1\n    k: 2", R"(f.yaml:3:5: duplicate key "k" (first at 2:5))"},
      {"{\"a\": 1, \"b\": {\"a\": 1, \"\\u0061\": 2}}",
       R"(f.yaml:1:24: duplicate key "a" (first at 1:16))"},
      {"yes: 1\n'true': 2", R"(f.yaml:2:1: duplicate key "true" (first at 1:1))"},
      {"a.b: 1\na:\n  b: 2", R"({"a.b":1,"a":{"b":2}})"},
      {"a: 1\n---\na: 2", "{\"a\":1}\n{\"a\":2}"},
  });
}

TEST_CASE("anchors, aliases and merge keys") {
  check({
      {"a: &x [1, {b: 2}]\nc: *x\nd: [*x, *x]",
       R"({"a":[1,{"b":2}],"c":[1,{"b":2}],"d":[[1,{"b":2}],[1,{"b":2}]]})"},
      {"a: &x 1\nb: &x 2\nc: *x", R"({"a":1,"b":2,"c":2})"},
      {"a: &x k\n*x : v", R"({"a":"k","k":"v"})"},
      {"&x k: *x", R"({"k":"k"})"},
      {"a: &x\nb: *x", R"({"a":null,"b":null})"},
      // The own keys win, wherever they stand; of several sources the first.
      {"<<: {a: 1, b: 1}\na: 2", R"({"a":2,"b":1})"},
      {"a: 2\n<<: {a: 1, b: 1}\nc: 3", R"({"a":2,"c":3,"b":1})"},
      {"<<: [{a: 1}, {a: 2, b: 2}]", R"({"a":1,"b":2})"},
      {"x: &x {a: 1}\nz:\n  <<: *x\n  b: 2", R"({"x":{"a":1},"z":{"b":2,"a":1}})"},
      {"x: &x {<<: {a: 1}}\nz: *x", R"({"x":{"a":1},"z":{"a":1}})"},
      {"'<<': {a: 1}", R"({"<<":{"a":1}})"},
      {"a: <<", R"({"a":"<<"})"},
      {"<<: 1", "f.yaml:1:5: a merge key (<<) takes a mapping or a list of mappings"},
      {"<<: [{a: 1}, 2]", "f.yaml:1:5: a merge key (<<) takes a mapping or a list of mappings"},
      {"<<: {a: 1}\n<<: {b: 1}", R"(f.yaml:2:1: duplicate key "<<")"},
      {"a: *x", "f.yaml:1:4: an alias to an anchor that is not defined before it"},
      {"a: &x 1\n---\nb: *x", "f.yaml:3:4: an alias to an anchor that is not defined before it"},
      {"a: &x [1, *x]", "f.yaml:1:11: an alias inside the value that it stands for"},
      {"&x {*x : 1}", "f.yaml:1:5: an alias inside the value that it stands for"},
  });
}

TEST_CASE("several documents, empty ones left out") {
  check({
      {"", ""},
      {"# nothing\n", ""},
      {"---\n---\n# c\n---\nnull\n...\n", ""},
      {"a: 1\n---\n---\nb: 2\n...\n---\n- c\n", "{\"a\":1}\n{\"b\":2}\n[\"c\"]"},
      {"a: 1\n...\nb: 2\n", "{\"a\":1}\n{\"b\":2}"},
      {"%YAML 1.1\n---\na: 1\n", R"({"a":1})"},
      {"--- text\n--- |\n block\n", "\"text\"\n\"block\\n\""},
      {"a: |\n  ---\n  ...\n", R"({"a":"---\n...\n"})"},
      {"{\"a\": 1}\n---\n{\"b\": 2}\n", "{\"a\":1}\n{\"b\":2}"},
  });
}

TEST_CASE("block scalars, line breaks, tabs and blanks") {
  check({
      {"a: |\n  x\n   y\n\n  z\n", R"({"a":"x\n y\n\nz\n"})"},
      {"a: |-\n  x\n\nb: |+\n  y\n\nc: 1", R"({"a":"x","b":"y\n\n","c":1})"},
      {"a: >\n  x\n  y\n\n  z\n", R"({"a":"x y\nz\n"})"},
      {"a: |2\n    x\n", R"({"a":"  x\n"})"},
      {"a: |\n  x\ty\n  \tz", R"({"a":"x\ty\n\tz"})"},
      {"a: |2\n  \tx\ty\n", R"({"a":"\tx\ty\n"})"},
      {"a: |\n  \tx\ty\n", "f.yaml:2:3: a tab in the indentation: use blanks"},
      {"a: 1\r\nb: |\r\n  x\r\n  y\r\nc:\r\n- z\r\n", R"({"a":1,"b":"x\ny\n","c":["z"]})"},
      {"a: x\n  y\n", R"({"a":"x y"})"},
      {"a: \"x\n  y\\n\\\n  z\"\n", R"({"a":"x y\nz"})"},
      {"a:\tx\nb: x\ty", R"({"a":"x","b":"x\ty"})"},
      {"a: b # c\nd: e#f", R"({"a":"b","d":"e#f"})"},
      {"a: \"\\x41\\u00fc\\U0001f600\\t\\e\\0\"",
       "{\"a\":\"A\xC3\xBC\xF0\x9F\x98\x80\\t\\u001b\\u0000\"}"},
      {"a: 'it''s'", R"({"a":"it's"})"},
  });
}

TEST_CASE("JSON is read as JSON, also what YAML's readers do not know") {
  const std::string key(2000, 'k');
  CHECK(load("{\"" + key + "\": 1}") == "{\"" + key + "\":1}");
  check({
      {R"({"a": "\ud83d\ude00\/", "b": [true, null, 1e2, -1], "y": "y"})",
       "{\"a\":\"\xF0\x9F\x98\x80/\",\"b\":[true,null,100,-1],\"y\":\"y\"}"},
      {"\xEF\xBB\xBF  [\n\t1,\r\n\t2]\n", "[1,2]"},
      // Not JSON but YAML that begins like it.
      {"{a: [b, 'c',], \"d\": yes,}", R"({"a":["b","c"],"d":true})"},
      {"[a]\n---\n{b: c}", "[\"a\"]\n{\"b\":\"c\"}"},
      // Neither: the reader that came further tells why.
      {"{\"a\": 1", "f.yaml:1:8: a bracket before this is not closed"},
      {"{\"a\": [1, 2}", R"(f.yaml:1:12: expected "," or "]")"},
      {"{a: b, a: c}", R"(f.yaml:1:8: duplicate key "a" (first at 1:2))"},
      {"{\"a\": 1 \"b\": 2}", R"(f.yaml:1:12: expected "," or "}")"},
  });
}

TEST_CASE("syntax errors tell the place and what to look at") {
  check({
      {"a:\n    b: 1\n  c: 2",
       "f.yaml:3:3: expected a key of the mapping, or the end of it (check the indentation)"},
      {"a: b: c",
       "f.yaml:1:5: a \":\" is not possible here (check the indentation and the line above, or "
       "quote the text)"},
      {"a:\n\tb: 1", "f.yaml:2:1: a tab in the indentation: use blanks"},
      {"a: 1\nkind Workspace", "f.yaml:2:1: a \":\" is missing after this key"},
      {"a: 1\nkind Workspace\n---\nb: 1", "f.yaml:2:1: a \":\" is missing after this key"},
      {"a: 1\nb:\n  preset 'phi'\n  name\n", R"({"a":1,"b":"preset 'phi' name"})"},
      {"a:\n  b: 1\n  &x preset phi\n", "f.yaml:3:3: a \":\" is missing after this key"},
      {"a: 1\nkind\nb: 2\n", "f.yaml:2:1: a \":\" is missing after this key"},
      {"a:\nfoo\n", "f.yaml:2:1: a \":\" is missing after this key"},
      {"a:\nfoo # c\nb: 1\n", "f.yaml:2:1: a \":\" is missing after this key"},
      {"a:\n  b:\n  'foo'\n", "f.yaml:3:3: a \":\" is missing after this key"},
      {"- a:\n  [1]\n", "f.yaml:2:3: a \":\" is missing after this key"},
      {"- a:\n   [1]\n- ? b\n  :\n    c: d\n", R"([{"a":[1]},{"b":{"c":"d"}}])"},
      {"a: [1, 2\n", "f.yaml:2:1: a bracket before this is not closed"},
      {"a: [1, 2,\n", "f.yaml:2:1: a bracket before this is not closed"},
      {"a: \"b\n", "f.yaml:2:1: a quoted string is not closed"},
      {"a: 'b", "f.yaml:1:6: a quoted string is not closed"},
      {"a: 'b\nc: d\n---\ne: f'\n", "f.yaml:3:1: a quoted string is not closed"},
      {"a: @b", "f.yaml:1:4: a value cannot start with this character (quote it)"},
      {"a: ]", "f.yaml:1:4: this bracket closes nothing"},
      {"a: - b", "f.yaml:1:4: a list item \"- \" is not possible here"},
      {"a: \"\\ud83d\"",
       "f.yaml:1:7: this escape is half a character: write the character itself, or \\U and 8 "
       "digits"},
      {"a: \"\\N\\_\"", "{\"a\":\"\\u0085\xC2\xA0\"}"},
      {"- a\nb: c", "f.yaml:2:1: expected an item \"- \" of the list (check the indentation)"},
      {"\"a\" b",
       "f.yaml:1:5: unexpected text after the end of the document (check the indentation)"},
      {",", "f.yaml:1:1: a value is missing here"},
      {"\xC3\xBC: \xC3\xBC: 1",  // columns are characters
       "f.yaml:1:5: a \":\" is not possible here (check the indentation and the line above, or "
       "quote the text)"},
      {"%YAML 2.0\n---\na: 1", "f.yaml:1:1: this is not YAML 1.1 or 1.2"},
  });
}

TEST_CASE("what is not text is refused with its place") {
  check({
      {"\xEF\xBB\xBF"
       "a: 1",
       R"({"a":1})"},
      {"a: 1\n---\n\xEF\xBB\xBF"
       "b: 1",
       "f.yaml:3:1: a byte order mark inside the text"},
      {"a: b\xFF"sv, "f.yaml:1:5: this is not UTF-8 text"},
      {"a: 1\n\xC3("sv, "f.yaml:2:1: this is not UTF-8 text"},
      {"a: \xED\xA0\x80"sv, "f.yaml:1:4: this is not UTF-8 text"},
      {"\xFF\xFE"
       "a\0"sv,
       "f.yaml:1:1: this is UTF-16: save the file as UTF-8"},
      {"\xFF\xFE\0\0a\0\0\0"sv, "f.yaml:1:1: this is UTF-32: save the file as UTF-8"},
      {"a: b\0c"sv, "f.yaml:1:5: a control character (\\x00): is this a text file?"},
      {"a: 1\n\x04: 2"sv, "f.yaml:2:1: a control character (\\x04): is this a text file?"},
      {"\x7F"
       "ELF\x02\x01\x01"sv,
       "f.yaml:1:5: a control character (\\x02): is this a text file?"},
  });
  const auto refused = json::load_yaml("a: [", "", {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::parse);
  CHECK(refused.error().message == "1:5: a bracket before this is not closed");
  // Messages are safe to print whatever the file is called.
  const auto escaped = json::load_yaml("a: ]", "x\x1B[31m.yaml", {});
  REQUIRE_FALSE(escaped);
  CHECK(escaped.error().message == "x\\x1b[31m.yaml:1:4: this bracket closes nothing");
}

TEST_CASE("places of fields") {
  const auto documents = json::load_yaml(
      "# comment\n"
      "metadata:\n"
      "  annotations: {kaito.sh/runtime: vllm, \xC3\xBC: 1, z: 2}\n"
      "list:\n"
      "- name: a\n"
      "- - x\n"
      "  - y: 1\n"
      "merged:\n"
      "  <<: {in: 1}\n"
      "---\n"
      "second: 1\n",
      "w.yaml");
  REQUIRE(documents);
  REQUIRE(documents->size() == 2);
  const json::Places& places = documents->front().places;
  const FieldPath root;
  const FieldPath annotations = FieldPath("metadata").key("annotations");
  struct Place {
    FieldPath path;
    std::string place;
  };
  for (const Place& row : std::vector<Place>{
           {root, "w.yaml:2:1"},
           {FieldPath("metadata"), "w.yaml:2:1"},
           {annotations, "w.yaml:3:3"},
           {annotations.key("kaito.sh/runtime"), "w.yaml:3:17"},
           {annotations.key("z"), "w.yaml:3:47"},
           {annotations.key("absent").key("deeper").index(3), "w.yaml:3:3"},
           {FieldPath("list"), "w.yaml:4:1"},
           {FieldPath("list").index(0), "w.yaml:5:3"},
           {FieldPath("list").index(0).key("name"), "w.yaml:5:3"},
           {FieldPath("list").index(1).index(1).key("y"), "w.yaml:7:5"},
           {FieldPath("list").index(9), "w.yaml:4:1"},
           {FieldPath("merged").key("in"), "w.yaml:8:1"},
           {FieldPath("absent"), "w.yaml:2:1"},
       }) {
    CAPTURE(row.path.text());
    CHECK(places.of(row.path).text() == row.place);
  }
  CHECK((*documents)[1].places.of(FieldPath("second")).text() == "w.yaml:11:1");
  CHECK((*documents)[1].places.of(FieldPath("metadata")).text() == "w.yaml:11:1");
  CHECK(json::Places().of(FieldPath("x")).text().empty());

  const auto as_json = json::load_yaml("{\n  \"a\": [\n    1, {\"b/c\": 2}]}", "-");
  REQUIRE(as_json);
  const FieldPath item = FieldPath("a").index(1);
  CHECK(as_json->front().places.of(item).text() == "-:3:8");
  CHECK(as_json->front().places.of(item.key("b/c")).text() == "-:3:9");
  CHECK(as_json->front().places.of(FieldPath("a").index(0)).text() == "-:3:5");
}

TEST_CASE("untrusted YAML stays within its limits") {
  const auto repeat = [](std::string_view piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i)
      out += piece;
    return out;
  };
  // Deep nesting of every kind, which must not reach the end of the stack either.
  CHECK(load(repeat("[", 100'000)) == "f.yaml:1:101: nested deeper than 100 levels");
  CHECK(load(repeat("- ", 100'000)) == "f.yaml:1:201: nested deeper than 100 levels");
  CHECK(load("a: " + repeat("[", 101) + repeat("]", 101)) ==
        "f.yaml:1:103: nested deeper than 100 levels");
  CHECK(load("a: " + repeat("[", 100'000)) == "f.yaml:1:103: nested deeper than 100 levels");
  CHECK(load(repeat("{a: ", 100'000)) == "f.yaml:1:401: nested deeper than 100 levels");
  std::string block;
  for (int i = 0; i < 200; ++i)
    block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(load(block) == "f.yaml:101:101: nested deeper than 100 levels");
  CHECK(load("[[[1]]]", {100, 3, 100}) == "[[[1]]]");
  CHECK(load("[[[1]]]", {100, 2, 100}) == "f.yaml:1:3: nested deeper than 2 levels");
  CHECK(load("a: {b: {c: d}}", {100, 2, 100}) == "f.yaml:1:8: nested deeper than 2 levels");

  // Aliases count as often as they are used.
  std::string laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'k'; ++c) {
    laughs += std::string(1, c) + ": &" + c + " [";
    laughs += repeat(std::string("*") + static_cast<char>(c - 1) + ",", 9) + "]\n";
  }
  CHECK(load(laughs).find("more than 1000000 values, counting an alias as") != std::string::npos);
  const std::string fat = "a: &a " + std::string(1000, 'x') + "\nb: [" + repeat("*a, ", 100) + "]";
  CHECK(load(fat, {200'000, 10, 1000}).find("f.yaml") == std::string::npos);
  CHECK(load(fat, {50'000, 10, 1000}).find("more than 50000 bytes, counting an alias as") !=
        std::string::npos);
  CHECK(load("a: &a [1, 2]\nb: *a", {100, 10, 9}) == R"({"a":[1,2],"b":[1,2]})");
  CHECK(load("a: &a [1, 2]\nb: *a", {100, 10, 8}) ==
        "f.yaml:2:4: more than 8 values, counting an alias as what it stands for");

  CHECK(load("a: 12", {4, 10, 10}) == "f.yaml: the file has 5 bytes, more than the 4 accepted");
  CHECK(load("- [" + repeat("a,", 5000) + "]", {100'000, 10, 1000}).find("more than 1000 values") !=
        std::string::npos);
  CHECK(load(repeat("---\n", 50), {1000, 10, 20}).find("more than 20 values") != std::string::npos);
}
