#include "kaito/net/framing.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <vector>

namespace kaito::net {
namespace {

using Strings = std::vector<std::string>;

/// Cuts `text` into pieces of `size` bytes.
Strings pieces(std::string_view text, std::size_t size) {
  Strings cut;
  for (std::size_t i = 0; i < text.size(); i += size)
    cut.emplace_back(text.substr(i, size));
  return cut;
}

Strings lines_of(std::string_view text, std::size_t piece, LineEnds ends) {
  LineSplitter splitter(100, ends);
  Strings lines;
  for (const auto& part : pieces(text, piece)) {
    splitter.feed(part);
    for (;;) {
      const auto line = splitter.next();
      REQUIRE(line.has_value());
      if (!*line) break;
      lines.push_back(**line);
    }
  }
  lines.push_back("rest=" + splitter.rest());
  return lines;
}

/// Each event as "type|data".
Strings events_of(std::string_view text, std::size_t piece) {
  SseReader reader(1000);
  Strings events;
  for (const auto& part : pieces(text, piece)) {
    reader.feed(part);
    for (;;) {
      const auto event = reader.next();
      REQUIRE(event.has_value());
      if (!*event) break;
      events.push_back((*event)->event + "|" + (*event)->data);
    }
  }
  if (const auto last = reader.finish()) events.push_back("cut " + last->event + "|" + last->data);
  return events;
}

}  // namespace

TEST_CASE("lines") {
  struct Case {
    const char* text;
    LineEnds ends;
    Strings lines;
  };
  const std::vector<Case> cases = {
      {"", LineEnds::lf_or_crlf, {"rest="}},
      {"a", LineEnds::lf_or_crlf, {"rest=a"}},
      {"a\nb\n", LineEnds::lf_or_crlf, {"a", "b", "rest="}},
      {"a\r\nb\r\nc", LineEnds::lf_or_crlf, {"a", "b", "rest=c"}},
      {"\n\n", LineEnds::lf_or_crlf, {"", "", "rest="}},
      {"a\rb\n", LineEnds::lf_or_crlf, {"a\rb", "rest="}},
      {"a\r", LineEnds::lf_or_crlf, {"rest=a"}},
      {"a\rb\r\rc\n\rd\r\n\r\n", LineEnds::also_cr, {"a", "b", "", "c", "", "d", "", "rest="}},
      {"a\r", LineEnds::also_cr, {"a", "rest="}},
  };
  for (const Case& test : cases) {
    for (const std::size_t piece : {1U, 2U, 3U, 100U}) {
      CAPTURE(test.text);
      CAPTURE(piece);
      CHECK(lines_of(test.text, piece, test.ends) == test.lines);
    }
  }
}

TEST_CASE("a line over the limit is an error, whole or not, and stays one") {
  LineSplitter fits(4);
  fits.feed("abcd\n");
  CHECK(fits.next().value() == "abcd");
  for (const char* text : {"abcde", "abcde\n"}) {
    LineSplitter splitter(4);
    splitter.feed(text);
    for (int i = 0; i < 2; ++i) {
      const auto line = splitter.next();
      REQUIRE_FALSE(line.has_value());
      CHECK(line.error().code == ErrorCode::protocol);
    }
  }
}

TEST_CASE("server-sent events") {
  struct Case {
    const char* text;
    Strings events;
  };
  const std::vector<Case> cases = {
      {"data: a\n\ndata: b\n\n", {"|a", "|b"}},
      {"data: a\r\n\r\ndata: b\r\n\r\n", {"|a", "|b"}},
      {"data: a\r\rdata: b\r\r", {"|a", "|b"}},
      {"data:a\n\n", {"|a"}},
      {"data:  a\n\n", {"| a"}},
      {"data: a\ndata: b\n\n", {"|a\nb"}},
      {"data\n\n", {"|"}},
      {"data\ndata\n\n", {"|\n"}},
      {"data:\n\n", {"|"}},
      {"event: add\ndata: 1\n\ndata: 2\n\n", {"add|1", "|2"}},
      {"event: lost\n\ndata: 2\n\n", {"|2"}},
      {": comment\n\n:\ndata: a\n:x\n\n", {"|a"}},
      {"id: 7\nretry: 5\nunknown: x\ndata: a\n\n", {"|a"}},
      {"datax: no\n data: no\nDATA: no\n\n", {}},
      {"data: a: b\n\n", {"|a: b"}},
      {"\xEF\xBB\xBF"
       "data: a\n\n",
       {"|a"}},
      {"data: a\n\n\xEF\xBB\xBF"
       "data: b\n\n",
       {"|a"}},
      {"\n\n\ndata: a\n\n\n\n", {"|a"}},
      {"data: a\n\ndata: cut", {"|a", "cut |cut"}},
      {"data: a\n", {"cut |a"}},
      {"event: x\n", {}},
      {"data: [DONE]\n\n", {"|[DONE]"}},
  };
  for (const Case& test : cases) {
    for (const std::size_t piece : {1U, 2U, 5U, 1000U}) {
      CAPTURE(test.text);
      CAPTURE(piece);
      CHECK(events_of(test.text, piece) == test.events);
    }
  }
}

TEST_CASE("an event over the limit is an error, in one line or in many") {
  std::string many;
  for (int i = 0; i < 30; ++i)
    many += "data: 0123456789\n";
  for (const std::string& text : {std::string("data: ") + std::string(200, 'x'), many}) {
    SseReader reader(100);
    reader.feed(text);
    const auto event = reader.next();
    REQUIRE_FALSE(event.has_value());
    CHECK(event.error().code == ErrorCode::protocol);
  }
}

TEST_CASE("four times the bytes cost four times the work, however they are cut") {
  const auto one_line_bytewise = [](std::size_t size) {
    LineSplitter splitter(size);
    for (std::size_t i = 0; i < size; ++i) {
      splitter.feed("x");
      if (!splitter.next().has_value()) FAIL("the line fits");
    }
  };
  const auto many_lines_at_once = [](std::size_t size) {
    LineSplitter splitter(10);
    splitter.feed(std::string(size, '\n'));
    std::size_t lines = 0;
    while (splitter.next().value())
      ++lines;
    CHECK(lines == size);
  };
  const auto work = [](const auto& run, std::size_t size) {
    const std::clock_t before = std::clock();
    run(size);
    return static_cast<double>(std::clock() - before + 1);
  };
  constexpr std::size_t size = 100'000;
  CHECK(work(one_line_bytewise, 4 * size) < 10 * work(one_line_bytewise, size));
  CHECK(work(many_lines_at_once, 4 * size) < 10 * work(many_lines_at_once, size));
}

}  // namespace kaito::net
