#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kaito/base/text.hpp"

using namespace kaito;
using std::string;
using std::vector;

TEST_CASE("text from outside cannot steer the terminal") {
  struct Row {
    string input;
    string shown;
  };
  const vector<Row> rows{
      {"", ""},
      {"plain text, tab\t and newline\n", "plain text, tab\t and newline\n"},
      {"\x1b[31mred", "\\x1b[31mred"},
      {"back\rto the start", "back\\x0dto the start"},
      {string("nul\0byte", 8), "nul\\x00byte"},
      {"bell\a del\x7f", "bell\\x07 del\\x7f"},
      {"C1 as UTF-8: \xc2\x9b"
       "31m",
       "C1 as UTF-8: \\u009b31m"},
      {"first C1 \xc2\x80, after the last \xc2\xa0", "first C1 \\u0080, after the last \xc2\xa0"},
      {"C1 as a bare byte: \x9b"
       "31m",
       "C1 as a bare byte: \\x9b31m"},
      {"override \xe2\x80\xae"
       "txt",
       "override \\u202etxt"},
      {"\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad", "\\u202a\\u202b\\u202c\\u202d"},
      {"isolate \xe2\x81\xa6\xe2\x81\xa9", "isolate \\u2066\\u2069"},
      {"neighbours stay \xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
       "neighbours stay \xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa"},
      {"Gr\xc3\xbc\xc3\x9f"
       "e, \xe6\x97\xa5\xe6\x9c\xac, \xf0\x9f\x9a\x80",
       "Gr\xc3\xbc\xc3\x9f"
       "e, \xe6\x97\xa5\xe6\x9c\xac, \xf0\x9f\x9a\x80"},
      {"overlong \xc0\xaf, surrogate \xed\xa0\x80",
       "overlong \\xc0\\xaf, surrogate \\xed\\xa0\\x80"},
      {"too large \xf4\x90\x80\x80", "too large \\xf4\\x90\\x80\\x80"},
      {"cut \xe2\x82", "cut \\xe2\\x82"},
      {"broken then good \xe2\x82"
       "A",
       "broken then good \\xe2\\x82"
       "A"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.shown);
    CHECK(escape_controls(row.input) == row.shown);
    // However a stream is cut, the result is the same.
    for (std::size_t cut = 0; cut <= row.input.size(); ++cut) {
      ControlEscaper escaper;
      string shown = escaper.feed(row.input.substr(0, cut));
      shown += escaper.feed(row.input.substr(cut));
      CHECK(shown + escaper.finish() == row.shown);
    }
    ControlEscaper byte_by_byte;
    string shown;
    for (const char c : row.input)
      shown += byte_by_byte.feed(string(1, c));
    CHECK(shown + byte_by_byte.finish() == row.shown);
  }
}

TEST_CASE("a streamed character is shown as soon as it is whole") {
  ControlEscaper escaper;
  CHECK(escaper.feed("caf\xc3") == "caf");
  CHECK(escaper.feed("\xa9!") == "\xc3\xa9!");
  CHECK(escaper.finish().empty());
}

TEST_CASE("UTF-8 is checked strictly") {
  CHECK(is_valid_utf8(""));
  CHECK(is_valid_utf8("\xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf \xe0\xa0\x80 \xf0\x90\x80\x80"));
  for (const string bad : {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xc3", "\xc3("}) {
    CAPTURE(escape_controls(bad));
    CHECK_FALSE(is_valid_utf8(bad));
  }
}

TEST_CASE("trimming, case, splitting and joining") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n").empty());
  CHECK(to_lower("AbC-9\xc3\x84") == "abc-9\xc3\x84");
  CHECK(equals_ignoring_case("Content-Type", "content-TYPE"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
  CHECK(split("a,,b,", ',') == vector<std::string_view>{"a", "", "b", ""});
  CHECK(split("", ',') == vector<std::string_view>{""});
  CHECK(join(vector<string>{"a", "", "b"}, ", ") == "a, , b");
  CHECK(join(vector<string>{}, ",").empty());
}

TEST_CASE("shortened text ends at a character and stays within its bound") {
  CHECK(shorten("abcdef", 6) == "abcdef");
  CHECK(shorten("abcdefg", 6) == "abc...");
  CHECK(shorten("abcdefg", 2) == "..");
  CHECK(shorten("abcdefg", 0).empty());
  const string text = "\xf0\x9f\x9a\x80\xf0\x9f\x9a\x80\xf0\x9f\x9a\x80";
  for (std::size_t bytes = 3; bytes <= text.size(); ++bytes) {
    CAPTURE(bytes);
    CHECK(shorten(text, bytes).size() <= bytes);
    CHECK(is_valid_utf8(shorten(text, bytes)));
  }
  CHECK(shorten(string(100, '\x80'), 10).size() <= 10);
}

TEST_CASE("near names are what was probably meant, nearest first") {
  const vector<string> models{"phi-3-mini-4k-instruct",
                              "phi-3-mini-128k-instruct",
                              "phi-3.5-mini-instruct",
                              "phi-4",
                              "falcon-7b",
                              "falcon-7b-instruct",
                              "falcon-40b",
                              "mistral-7b-instruct"};
  struct Row {
    string word;
    vector<string> names;
  };
  const vector<Row> rows{
      {"falcon-7b", {"falcon-7b", "falcon-7b-instruct", "falcon-40b"}},
      {"falcno-7b", {"falcon-7b", "falcon-7b-instruct", "falcon-40b"}},
      {"FALCON-7B-INSTRUCT", {"falcon-7b-instruct", "falcon-7b"}},
      {"phi-3-mini", {"phi-3-mini-4k-instruct", "phi-3-mini-128k-instruct"}},
      {"phi3-mini", {"phi-3-mini-4k-instruct", "phi-3-mini-128k-instruct"}},
      {"phi-5", {"phi-4", "phi-3.5-mini-instruct", "phi-3-mini-4k-instruct"}},
      {"mistral-7b-instruct-v3", {"mistral-7b-instruct"}},
      {"gpt", {}},
      {"x", {}},
      {"", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.word);
    CHECK(near_names(row.word, models) == row.names);
  }
  CHECK(near_names("falcon", models, 1) == vector<string>{"falcon-7b"});
  CHECK(near_names(string(10000, 'a'), models).empty());
  CHECK(near_names("ab", vector<string>{"xy", "az"}) == vector<string>{"az"});
}

TEST_CASE("the sentence of a suggestion") {
  CHECK(did_you_mean("stats", vector<string>{"status"}) == "did you mean \"status\"?");
  CHECK(did_you_mean("mod", vector<string>{"model-a", "model-b"}) ==
        "did you mean \"model-a\" or \"model-b\"?");
  CHECK(did_you_mean("mod", vector<string>{"mod-a", "mod-b", "mod-c", "mod-d"}) ==
        "did you mean \"mod-a\", \"mod-b\" or \"mod-c\"?");
  CHECK(did_you_mean("quite-else", vector<string>{"status"}).empty());
}

TEST_CASE("base64 as the standard has it") {
  struct Row {
    string bytes;
    string text;
  };
  for (const Row& row : vector<Row>{{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"},
                                    {"\xfb\xff\xfe", "+//+"},
                                    {string("\0\0", 2), "AAA="}}) {
    CAPTURE(row.text);
    CHECK(base64_encode(row.bytes) == row.text);
    CHECK(base64_decode(row.text).value() == row.bytes);
  }
  CHECK(base64_decode("Zm9v\r\nYmFy\n").value() == "foobar");
  CHECK(base64_decode("Zg=\n=").value() == "f");
}

TEST_CASE("broken base64 is refused without showing it") {
  for (const string bad : {"Z", "Zg", "Zg=", "Zm9", "=",
                           "====", "Zg===", "Zg==Zg==", "Zm9v=", "Zm 9v", "Zm9-", "Zm9_", "Z=g="}) {
    CAPTURE(bad);
    const auto decoded = base64_decode(bad);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == ErrorCode::invalid);
    CHECK(decoded.error().message.find("base64") != string::npos);
  }
  CHECK(base64_decode("c2VjcmV0*").error().message ==
        "not valid base64: unexpected character at position 9");
}
