// What a failure says: whose it is, what the server said, what to do.
#include "partner.hpp"

namespace kaito::chat::test {
namespace {

TEST_CASE("the message in an error body, whatever its shape") {
  struct {
    std::string name;
    std::string body;
    std::string text;
  } const cases[] = {
      {"nested object", R"({"error":{"message":"too long","type":"BadRequestError","code":400}})",
       "too long"},
      {"flat object", R"({"object":"error","message":"too long","code":400})", "too long"},
      {"a string", R"({"error":"Unauthorized"})", "Unauthorized"},
      {"a code that is a string",
       R"({"error":{"message":"12 running","type":"requests","code":"rate_limit_exceeded"}})",
       "12 running"},
      {"detail as text", R"({"detail":"Not Found"})", "Not Found"},
      {"detail as a list",
       R"({"detail":[{"loc":["body","prompt"],"msg":"field required","type":"missing"},
                     {"loc":["body","top_p"],"msg":"not a number"},{"type":"odd"}]})",
       "field required (prompt); not a number (top_p)"},
      {"an index as place", R"({"detail":[{"loc":["messages",0],"msg":"bad"}]})", "bad"},
      {"plain text", "Internal Server Error\n", "Internal Server Error"},
      {"nothing", "", ""},
      {"JSON that is no object", "[1]", "[1]"},
      {"an object that says nothing", R"({"code":3})", R"({"code":3})"},
      {"null members", R"({"error":null,"detail":"why"})", "why"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(server_error_text(c.body) == c.text);
  }
  const auto long_text = server_error_text(std::string(100'000, 'x'));
  CHECK(long_text.size() == 1000);
  CHECK(long_text.ends_with("..."));
}

std::string status(int code, const std::string& message) {
  return R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":")" + message +
         R"(","reason":"X","code":)" + std::to_string(code) + "}";
}

struct Answered {
  std::string name;
  Scripted answer;
  ErrorCode code;
  const char* message;
  const char* hint;  ///< "" = none
  bool by_server = false;
};

const std::vector<Answered>& answers() {
  static const std::vector<Answered> list{
      // The API server's own, section 4.5.
      {"credentials",
       {401, status(401, "Unauthorized")},
       ErrorCode::unauthenticated,
       "Unauthorized",
       "credentials"},
      {"no right",
       {403, status(403, R"(services \"w:80\" is forbidden: cannot create services/proxy)")},
       ErrorCode::forbidden,
       "services/proxy",
       "get and create on services/proxy"},
      {"no such Service",
       {404, status(404, R"(services \"w\" not found)")},
       ErrorCode::not_found,
       "services \"w\" not found",
       ""},
      {"connection refused",
       {503, status(503, "error trying to reach service: connect: connection refused")},
       ErrorCode::unavailable,
       "connection refused",
       "still loading"},
      {"the same on a very old server",
       {500, status(500, "error trying to reach service: connect: connection refused")},
       ErrorCode::unavailable,
       "connection refused",
       "still loading"},
      {"no pod",
       {503, status(503, "no endpoints available for service")},
       ErrorCode::unavailable,
       "no endpoints available",
       "still loading"},
      {"its own fault",
       {500, status(500, "etcdserver: no leader")},
       ErrorCode::failed,
       "no leader",
       ""},
      {"its own limit",
       {429, status(429, "too many requests")},
       ErrorCode::unavailable,
       "too many requests",
       "try again"},
      {"a Status without code or message",
       {403, R"({"kind":"Status"})"},
       ErrorCode::forbidden,
       "the API server answered 403",
       "services/proxy"},
      // Something between.
      {"a load balancer's page",
       {504, "<html><body>nginx</body></html>", "text/html"},
       ErrorCode::unavailable,
       "504 with an HTML page",
       ""},
      // The download helper, section 3.7.
      {"download, GET",
       {404, "", ""},
       ErrorCode::unavailable,
       "does not serve yet",
       "still loading"},
      {"download, POST",
       {501, "<!DOCTYPE HTML><p>Unsupported method", "text/html;charset=utf-8"},
       ErrorCode::unavailable,
       "does not serve yet",
       "still loading"},
      // The model server's, section 3.4.
      {"too long",
       {400, R"({"error":{"message":"maximum context length is 4096"}})"},
       ErrorCode::failed,
       "answered 400: maximum context length is 4096",
       "",
       true},
      {"flat",
       {400, R"({"object":"error","message":"bad","code":400})"},
       ErrorCode::failed,
       "answered 400: bad",
       "",
       true},
      {"an API key",
       {401, R"({"error":"Unauthorized"})"},
       ErrorCode::failed,
       "answered 401: Unauthorized",
       "API key of its own",
       true},
      {"rate limit",
       {429, R"({"error":{"message":"12 requests","code":"rate_limit_exceeded"}})"},
       ErrorCode::unavailable,
       "12 requests",
       "try again",
       true},
      {"engine failure",
       {500, R"({"error":{"message":"CUDA out of memory"}})"},
       ErrorCode::failed,
       "CUDA out of memory",
       ""},
      {"an exception",
       {500, "Internal Server Error", "text/plain"},
       ErrorCode::failed,
       "answered 500: Internal Server Error",
       ""},
      {"a feature that is off",
       {501, R"({"error":{"message":"not implemented"}})"},
       ErrorCode::failed,
       "answered 501: not implemented",
       ""},
      {"engine dead", {503, "", ""}, ErrorCode::unavailable, "answered 503", "status"},
  };
  return list;
}

void check(const Answered& c, const Error& error) {
  CHECK(to_string(error.code) == to_string(c.code));
  CHECK_MESSAGE(has(error.message, c.message), error.message);
  if (*c.hint == '\0')
    CHECK(error.hint == "");
  else
    CHECK_MESSAGE(has(error.hint, c.hint), error.hint);
  CHECK((dynamic_cast<const ServerAnswer*>(error.payload.get()) != nullptr) == c.by_server);
}

TEST_CASE("answers to a question, by whom and why") {
  for (const auto& c : answers()) {
    CAPTURE(c.name);
    Talk talk;
    const auto reply = talk.speaks(vllm_models).answers({c.answer}).ask();
    REQUIRE_FALSE(reply);
    check(c, reply.error());
    CHECK(talk.server.count("POST " + completions) == 1);  // never a second time
    CHECK(talk.pieces == 0);
  }
}

TEST_CASE("the same answers to the first probe") {
  for (const auto& c : answers()) {
    CAPTURE(c.name);
    Talk talk;
    talk.server.on("GET /v1/models", {c.answer});
    const auto reply = talk.ask();
    REQUIRE_FALSE(reply);
    check(c, reply.error());
    CHECK(talk.server.lines().size() == 1);
  }
}

TEST_CASE("an unknown model: the known ones are named") {
  for (const std::string body :
       {R"({"error":{"message":"The model `x` does not exist.","type":"NotFoundError"}})",
        R"({"object":"error","message":"The model `x` does not exist.","code":404})"}) {
    Talk talk;
    auto request = Talk::hello();
    request.model = "x";
    const auto reply = talk.speaks(vllm_models).answers({{404, body}}).ask(request);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::not_found);
    CHECK(has(reply.error().message, "The model `x` does not exist."));
    CHECK(reply.error().hint == "the server has: phi-4-mini-instruct, french");
    CHECK(dynamic_cast<const ServerAnswer*>(reply.error().payload.get()) != nullptr);
  }
}

TEST_CASE("a server without the path is not one without the model") {
  Talk talk;
  const auto reply = talk.speaks(vllm_models).ask();
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::failed);
  CHECK(has(reply.error().message, "404: Not Found"));
  CHECK(reply.error().hint.empty());
}

TEST_CASE("errors of the transport come through as they are") {
  for (const auto code : {ErrorCode::unreachable, ErrorCode::timeout, ErrorCode::interrupted,
                          ErrorCode::unauthenticated}) {
    Talk probing;
    probing.server.on("GET /v1/models", {failing(code, "the words")});
    const auto first = probing.ask();
    REQUIRE_FALSE(first);
    CHECK(first.error().code == code);
    CHECK(has(first.error().describe(), "the words"));

    Talk asking;
    const auto second = asking.speaks(vllm_models).answers({failing(code, "the words")}).ask();
    REQUIRE_FALSE(second);
    CHECK(second.error().code == code);
    CHECK(asking.server.count("POST " + completions) == 1);
  }
}

}  // namespace
}  // namespace kaito::chat::test
