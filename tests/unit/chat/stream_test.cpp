// Replies as they arrive: in pieces, cut anywhere, broken off, or all at once.
#include <random>

#include "partner.hpp"

namespace kaito::chat::test {
namespace {

const std::string usage_chunk =
    R"(data: {"choices":[],"model":"m","usage":{"prompt_tokens":12,"completion_tokens":2,"total_tokens":14}})"
    "\n\n";
const std::string whole_stream = chunk(R"({"role":"assistant","content":""})") + says("Hel") +
                                 says("l\\u00f6 w\xC3\xB6rld", "stop") + usage_chunk + done;

void check_whole(const Talk& talk, const Result<Reply>& reply) {
  REQUIRE_MESSAGE(reply, reply.error().describe());
  CHECK(reply->text == "Hell\xC3\xB6 w\xC3\xB6rld");
  CHECK(talk.text == reply->text);
  CHECK(talk.pieces == 2);
  CHECK(reply->finish_reason == "stop");
  CHECK(reply->model == "m");
  REQUIRE(reply->usage);
  CHECK(reply->usage->prompt_tokens == 12);
  CHECK(reply->usage->completion_tokens == 2);
}

TEST_CASE("a stream is the same however the network cuts it") {
  SUBCASE("whole") {
    Talk talk;
    check_whole(talk, talk.speaks(vllm_models).answers({events({whole_stream})}).ask());
  }
  SUBCASE("byte by byte") {
    std::vector<std::string> bytes;
    for (const char c : whole_stream)
      bytes.emplace_back(1, c);
    Talk talk;
    check_whole(talk, talk.speaks(vllm_models).answers({events(bytes)}).ask());
  }
  SUBCASE("CRLF, comments and fields of no interest") {
    std::string other = ": hello\r\nid: 1\r\nretry: 5\r\n\r\n";
    for (const char c : whole_stream)
      other += c == '\n' ? "\r\n" : std::string(1, c);
    Talk talk;
    check_whole(talk, talk.speaks(vllm_models).answers({events({other})}).ask());
  }
  SUBCASE("at random") {
    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
      std::vector<std::string> pieces;
      for (std::size_t at = 0; at < whole_stream.size();) {
        const std::size_t length = 1 + random() % 40;
        pieces.push_back(whole_stream.substr(at, length));
        at += length;
      }
      Talk talk;
      check_whole(talk, talk.speaks(vllm_models).answers({events(pieces)}).ask());
    }
  }
}

TEST_CASE("ends of a stream that are fine") {
  struct {
    std::string name;
    std::vector<std::string> pieces;
    std::optional<Error> breaks;
  } const cases[] = {
      {"[DONE]", {says("hi", "stop"), done}, {}},
      {"no [DONE]", {says("hi", "stop")}, {}},
      {"no blank line behind the last event",
       {says("hi"), R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})"},
       {}},
      {"the reason in a chunk of its own", {says("hi"), chunk("{}", "stop"), done}, {}},
      {"[DONE] alone", {says("hi"), done}, {}},
      {"the connection breaks behind the reason",
       {says("hi", "stop")},
       Error{ErrorCode::unreachable, "reset", {}, "", nullptr}},
      {"time is up behind the reason",
       {says("hi", "stop")},
       Error{ErrorCode::timeout, "late", {}, "", nullptr}},
      {"what follows [DONE] is not read", {says("hi"), done + "data: {nonsense\n\n"}, {}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    auto answer = events(c.pieces);
    answer.breaks = c.breaks;
    Talk talk;
    const auto reply = talk.speaks(transformers_models).answers({answer}).ask();
    REQUIRE_MESSAGE(reply, reply.error().describe());
    CHECK(reply->text == "hi");
    CHECK(talk.text == "hi");
  }
}

TEST_CASE("a stream that breaks off: the error, and what had come") {
  const auto broken = [](ErrorCode code) { return Error{code, "the words", {}, "", nullptr}; };
  struct {
    std::string name;
    std::vector<std::string> pieces;
    std::optional<Error> breaks;
    ErrorCode code;
    std::string message;
    const char* text;
  } const cases[] = {
      {"ends in the middle",
       {says("half a ")},
       {},
       ErrorCode::unreachable,
       "in the middle of the reply",
       "half a "},
      {"breaks",
       {says("half a ")},
       broken(ErrorCode::unreachable),
       ErrorCode::unreachable,
       "the words",
       "half a "},
      {"Ctrl-C",
       {says("half a ")},
       broken(ErrorCode::interrupted),
       ErrorCode::interrupted,
       "the words",
       "half a "},
      {"time is up",
       {says("half a ")},
       broken(ErrorCode::timeout),
       ErrorCode::timeout,
       "the words",
       "half a "},
      {"an error event",
       {says("half a "), "data: {\"error\":{\"message\":\"engine died\"}}\n\n", done},
       {},
       ErrorCode::failed,
       "gave up: engine died",
       "half a "},
      {"a flat error event",
       {says("half a "), "data: {\"object\":\"error\",\"message\":\"engine died\"}\n\n", done},
       {},
       ErrorCode::failed,
       "gave up: engine died",
       "half a "},
      {"an error event that is a string",
       {"data: {\"error\": \"out of memory\"}\n"},
       {},
       ErrorCode::failed,
       "gave up: out of memory",
       ""},
      {"an error event with bare quotes",
       {says("half a "), "data: {\"error\": \"no \"x\" here\"}\n"},
       {},
       ErrorCode::failed,
       "no \"x\" here",
       "half a "},
      {"an event that is not JSON",
       {says("half a "), "data: <html>\n\n"},
       {},
       ErrorCode::protocol,
       "not JSON: <html>",
       "half a "},
      {"no event at all", {}, {}, ErrorCode::protocol, "without a reply", ""},
      {"only the role",
       {chunk(R"({"role":"assistant","content":""})")},
       {},
       ErrorCode::protocol,
       "without a reply",
       ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    auto answer = events(c.pieces);
    answer.breaks = c.breaks;
    Talk talk;
    const auto reply = talk.speaks(vllm_models).answers({answer}).ask();
    REQUIRE_FALSE(reply);
    CHECK(to_string(reply.error().code) == to_string(c.code));
    CHECK_MESSAGE(has(reply.error().describe(), c.message), reply.error().describe());
    const auto* partial = dynamic_cast<const PartialReply*>(reply.error().payload.get());
    REQUIRE(partial != nullptr);
    CHECK(partial->text == c.text);
    CHECK(talk.text == c.text);
    CHECK(talk.server.count("POST " + completions) == 1);
  }
}

TEST_CASE("a stop request ends the reading") {
  std::stop_source stop;
  stop.request_stop();
  Talk talk;
  REQUIRE(talk.speaks(vllm_models).answers({events({says("hi")})}).client.dialect({}));
  const auto reply = talk.ask(Talk::hello(), {Deadline::never(), stop.get_token()});
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::interrupted);
}

TEST_CASE("the answer's own type decides, not what was asked for") {
  const std::string answer =
      R"({"object":"chat.completion","model":"m","choices":[{"index":0,"message":
        {"role":"assistant","content":"hi","tool_calls":[]},"finish_reason":"length"}],
        "usage":{"prompt_tokens":3,"completion_tokens":1}})";
  SUBCASE("JSON though a stream was asked for") {
    Talk talk;
    const auto reply = talk.speaks(vllm_models).answers({{200, answer}}).ask();
    REQUIRE(reply);
    CHECK(reply->text == "hi");
    CHECK(talk.text == "hi");
    CHECK(talk.pieces == 1);
    CHECK(reply->finish_reason == "length");
    CHECK(reply->usage->prompt_tokens == 3);
  }
  SUBCASE("a stream though none was asked for, as some servers always send") {
    Talk talk;
    auto request = Talk::hello();
    request.stream = false;
    const auto reply =
        talk.speaks(transformers_models).answers({events({says("hi", "stop")})}).ask(request);
    REQUIRE(reply);
    CHECK(reply->text == "hi");
    CHECK_FALSE(reply->usage);
  }
}

TEST_CASE("answers of code 200 without a reply") {
  for (const std::string body :
       {"{}", "", "not JSON", R"({"choices":[]})", R"({"choices":null})"}) {
    CAPTURE(body);
    Talk talk;
    const auto reply = talk.speaks(vllm_models).answers({{200, body}}).ask();
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::protocol);
  }
}

TEST_CASE("reasoning under both of its names, once where both are sent") {
  struct {
    std::string name;
    const char* delta;
  } const cases[] = {
      {"older", R"({"reasoning_content":"hm","content":null})"},
      {"newer", R"({"reasoning":"hm"})"},
      {"both", R"({"reasoning":"hm","reasoning_content":"hm"})"},
      {"the newer one empty", R"({"reasoning":"","reasoning_content":"hm"})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Talk talk;
    const auto reply = talk.speaks(vllm_models)
                           .answers({events({chunk(c.delta), says("yes", "stop"), done})})
                           .ask();
    REQUIRE(reply);
    CHECK(reply->reasoning == "hm");
    CHECK(talk.reasoning == "hm");
    CHECK(reply->text == "yes");
    CHECK(talk.text == "yes");
  }
  Talk talk;  // in an answer of one piece, and nobody who listens
  talk.speaks(vllm_models)
      .answers({{200, R"({"choices":[{"message":{"content":"yes","reasoning":"hm"}}]})"}});
  const auto reply = talk.client.complete(Talk::hello(), {}, {});
  REQUIRE(reply);
  CHECK(reply->reasoning == "hm");
}

TEST_CASE("fragments of tool calls are joined by their index") {
  Talk talk;
  const auto call = [](const std::string& text) {
    return chunk(R"({"tool_calls":[)" + text + "]}");
  };
  const auto reply =
      talk.speaks(vllm_models)
          .answers({events(
              {call(
                   R"({"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":""}})"),
               call(R"({"index":0,"function":{"arguments":"{\"city\":"}})"),
               call(
                   R"({"index":1,"id":"b","function":{"name":"time","arguments":"{"}},{"index":0,"function":{"arguments":"\"Rome\"}"}})"),
               call(R"({"index":1,"function":{"arguments":"}"}})"),
               call(R"({"index":-1,"id":"x"},{"index":100000,"id":"y"})"),
               chunk("{}", "tool_calls"), done})})
          .ask();
  REQUIRE(reply);
  CHECK(reply->finish_reason == "tool_calls");
  CHECK(reply->text.empty());
  REQUIRE(reply->tool_calls.size() == 2);
  const auto& first = reply->tool_calls[0].value();
  CHECK(json::string_at(first, {"id"}) == "a");
  CHECK(json::string_at(first, {"type"}) == "function");
  CHECK(json::string_at(first, {"function", "name"}) == "weather");
  CHECK(json::string_at(first, {"function", "arguments"}) == R"({"city":"Rome"})");
  const auto& second = reply->tool_calls[1].value();
  CHECK(json::string_at(second, {"id"}) == "b");
  CHECK(json::string_at(second, {"function", "name"}) == "time");
  CHECK(json::string_at(second, {"function", "arguments"}) == "{}");
}

TEST_CASE("tool calls of an answer in one piece") {
  Talk talk;
  const auto reply = talk.speaks(vllm_models)
                         .answers({{200, R"({"choices":[{"message":{"content":null,"tool_calls":[
                           {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
                           {"id":"b","type":"function","function":{"name":"g","arguments":"[]"}}]},
                           "finish_reason":"tool_calls"}]})"}})
                         .ask();
  REQUIRE(reply);
  REQUIRE(reply->tool_calls.size() == 2);
  CHECK(json::string_at(reply->tool_calls[1].value(), {"function", "name"}) == "g");
  CHECK(json::string_at(reply->tool_calls[1].value(), {"function", "arguments"}) == "[]");
}

TEST_CASE("a reply without end is cut off") {
  std::vector<std::string> pieces(40, says(std::string(std::size_t{1} << 20, 'x')));
  Talk talk;
  const auto reply = talk.speaks(vllm_models).answers({events(pieces)}).ask();
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::protocol);
  CHECK(has(reply.error().describe(), "larger than 32 MiB"));
  CHECK(talk.text.size() < std::size_t{34} << 20);
}

}  // namespace
}  // namespace kaito::chat::test
