#include "kube/retry.hpp"

#include <doctest/doctest.h>

namespace kaito::kube::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("whether and when another attempt is made") {
  using enum Repeatable;
  using net::Stage;
  struct Row {
    std::string what;
    Repeatable request;
    FailedAttempt failed;
    unsigned attempts;
    double random;
    std::optional<milliseconds> delay;
  };
  const auto none = std::nullopt;
  const milliseconds now{0};
  const Row rows[] = {
      {"backoff starts at 0.2 s", read, {503, {}, {}, {}}, 1, 0.5, milliseconds(100)},
      {"and doubles", read, {503, {}, {}, {}}, 3, 0.5, milliseconds(400)},
      {"five repetitions at most", read, {503, {}, {}, {}}, 6, 0.5, none},
      {"the server's wish", read, {503, {}, seconds(3), {}}, 1, 0.0, seconds(3)},
      {"and a little more", read, {503, {}, seconds(10), {}}, 1, 0.5, milliseconds(10500)},
      {"429 for all", once, {429, {}, {}, {}}, 1, 0.0, now},
      {"503 without a wish", idempotent, {503, {}, {}, {}}, 1, 0.0, none},
      {"503 with a wish", once, {503, {}, seconds(0), {}}, 1, 0.0, now},
      {"502", idempotent, {502, {}, {}, {}}, 1, 0.0, none},
      {"500 with a wish, read", read, {500, {}, seconds(0), {}}, 1, 0.0, now},
      {"500 with a wish, once", once, {500, {}, seconds(0), {}}, 1, 0.0, none},
      {"504 once", read, {504, {}, {}, {}}, 1, 0.0, now},
      {"504 not twice", read, {504, {}, {}, {}}, 2, 0.0, none},
      {"404", read, {404, {}, seconds(1), {}}, 1, 0.0, none},
      {"409", idempotent, {409, {}, {}, {}}, 1, 0.0, none},
      {"no connection, once", once, {0, Stage::connect, {}, {}}, 2, 0.0, now},
      {"no connection for the third time", read, {0, Stage::connect, {}, {}}, 3, 0.0, none},
      {"no connection after a long wait", read, {0, Stage::connect, {}, seconds(30)}, 1, 0.0, none},
      {"TLS refused", read, {0, Stage::handshake, {}, {}}, 1, 0.0, none},
      {"reset, read", read, {0, Stage::exchange, {}, {}}, 1, 0.0, now},
      {"reset, idempotent", idempotent, {0, Stage::exchange, {}, {}}, 1, 0.0, now},
      {"reset, once", once, {0, Stage::exchange, {}, {}}, 1, 0.0, none},
      {"reset, eviction", eviction, {0, Stage::exchange, {}, {}}, 1, 0.0, none},
      {"a budget forbids it", eviction, {429, {}, seconds(1), {}}, 1, 0.0, none},
      {"429, idempotent", idempotent, {429, {}, {}, {}}, 1, 0.0, now},
      {"500 with a wish, idempotent", idempotent, {500, {}, seconds(0), {}}, 1, 0.0, now},
      {"500 without, read", read, {500, {}, {}, {}}, 1, 0.0, none},
      {"502, read", read, {502, {}, {}, {}}, 1, 0.0, now},
      {"502, once", once, {502, {}, {}, {}}, 1, 0.0, none},
      {"503 without a wish, once", once, {503, {}, {}, {}}, 1, 0.0, none},
      {"504, idempotent", idempotent, {504, {}, seconds(1), {}}, 1, 0.0, none},
      {"504, once", once, {504, {}, seconds(1), {}}, 1, 0.0, none},
      {"410", read, {410, {}, seconds(1), {}}, 1, 0.0, none},
      {"422", once, {422, {}, {}, {}}, 1, 0.0, none},
      {"no more than ten seconds by itself", read, {503, {}, {}, {}}, 5, 0.99, milliseconds(3168)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(delay_before_next(row.request, row.failed, row.attempts, row.random) == row.delay);
  }
}

TEST_CASE("Retry-After is a number of seconds, at most a minute") {
  struct Row {
    std::string value;
    std::optional<seconds> after;
  };
  const Row rows[] = {{"1", seconds(1)},     {" 7 ", seconds(7)},
                      {"3600", seconds(60)}, {"0", seconds(0)},
                      {"", std::nullopt},    {"-1", std::nullopt},
                      {"1.5", std::nullopt}, {"Wed, 21 Oct 2015 07:28:00 GMT", std::nullopt}};
  for (const auto& row : rows) {
    CAPTURE(row.value);
    net::HttpHead head;
    head.headers.add("retry-after", row.value);
    CHECK(retry_after(head, std::nullopt) == row.after);
  }
  CHECK(retry_after({}, std::nullopt) == std::nullopt);
  k8s::Status status;
  CHECK(retry_after({}, status) == std::nullopt);
  status.retry_after_seconds = 7;
  CHECK(retry_after({}, status) == seconds(7));
  status.retry_after_seconds = 3600;
  CHECK(retry_after({}, status) == seconds(60));
  net::HttpHead head;
  head.headers.add("Retry-After", "2");
  CHECK(retry_after(head, status) == seconds(2));
}

TEST_CASE("what of a request may be repeated") {
  const auto with = [](const char* method, const char* type, const char* body,
                       const char* path = "/api/v1/namespaces/n/pods/p") {
    k8s::Request request;
    request.method = method;
    request.path = path;
    request.content_type = type;
    request.body = body;
    return repeatable(request);
  };
  const char* versioned = R"({"metadata":{"resourceVersion":"5"}})";
  CHECK(with("GET", "", "") == Repeatable::read);
  CHECK(with("HEAD", "", "") == Repeatable::read);
  CHECK(with("POST", "application/json", versioned) == Repeatable::once);
  CHECK(with("DELETE", "application/json", versioned) == Repeatable::once);
  CHECK(with("PUT", "application/json", "{}") == Repeatable::once);
  CHECK(with("PUT", "application/json", "not JSON") == Repeatable::once);
  CHECK(with("PUT", "application/json", versioned) == Repeatable::idempotent);
  CHECK(with("PATCH", "application/merge-patch+json", "{}") == Repeatable::once);
  CHECK(with("PATCH", "application/merge-patch+json", versioned) == Repeatable::idempotent);
  CHECK(with("PATCH", "application/json-patch+json", "[]") == Repeatable::once);
  CHECK(with("PATCH", "application/apply-patch+yaml", "{}") == Repeatable::idempotent);
  CHECK(with("POST", "application/json", "{}", "/api/v1/namespaces/n/pods/p/eviction") ==
        Repeatable::eviction);
}

TEST_CASE("a list of a version that the server has not seen is asked for without it; a watch not") {
  k8s::Request request;
  request.method = "GET";
  request.query = {{"limit", "5"}, {"resourceVersion", "9"}, {"resourceVersionMatch", "Exact"}};
  const auto newest = without_version(request);
  REQUIRE(newest);
  CHECK(newest->target() == "?limit=5");
  CHECK_FALSE(without_version(*newest));
  request.query.emplace_back("watch", "true");
  CHECK_FALSE(without_version(request));
}

TEST_CASE("a wait ends at the deadline and at the stop") {
  CHECK(wait(milliseconds(1), {}));
  const auto late = wait(std::chrono::minutes(1), {Deadline::after(milliseconds(10)), {}});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = wait(std::chrono::minutes(1), {Deadline::never(), stop.get_token()});
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::interrupted);
}

}  // namespace
}  // namespace kaito::kube::test
