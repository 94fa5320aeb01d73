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
    CHECK(retry_after(head) == row.after);
  }
  CHECK(retry_after({}) == std::nullopt);
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
