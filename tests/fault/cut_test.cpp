// Every kind of request through a gate that breaks the connection, at every byte of the exchange.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sweep.hpp"

namespace kaito::fault {
namespace {

using std::chrono::milliseconds;
using Kind = Fault::Kind;
using Repeats = Exchange::Repeats;

constexpr Way both_ways[] = {Way::to_server, Way::to_client};

/// For calls that are to end by themselves.
constexpr milliseconds ample{120'000};

/// The one kind that is two requests.
bool begins_with_a_read(const Exchange& exchange) {
  return std::string_view(exchange.name) == "create on a kept connection";
}

/// What holds of a call whatever happened to it.
std::string always(const Case& test, const Report& report) {
  const Exchange& exchange = *test.exchange;
  const Outcome& outcome = report.outcome;
  if (report.took > test.time + in_the_crowd)
    return fmt::format("it took {} ms", report.took / milliseconds(1));
  if (exchange.repeats == Repeats::never && report.writes > 1)
    return fmt::format("{} writes", report.writes);
  if (!outcome.done && outcome.error.message.empty()) return "an error without a message";
  if (!std::string_view(exchange.expected).starts_with(outcome.seen))
    return "what was seen is not the beginning of the whole: " + outcome.seen;
  if (outcome.done && outcome.seen != exchange.expected)
    return "done with less than all: " + outcome.seen;
  if (outcome.done && exchange.writes && report.writes == 0) return "done, but never written";
  if (report.struck == 0 && !outcome.done && outcome.error.code != ErrorCode::timeout)
    return "undisturbed, and yet: " + outcome.error.describe();
  return {};
}

/// A person has to learn what was asked of which server and, before an answer began, by which
/// context.
std::string misses_in(const Exchange& exchange, const Report& report) {
  const auto text = report.outcome.error.describe();
  std::vector<std::string> parts{fmt::format("127.0.0.1:{}", report.port)};
  if (!begins_with_a_read(exchange)) parts.emplace_back(exchange.method);
  if (text.find("the rest of the answer") == std::string::npos &&
      text.find("is truncated") == std::string::npos)
    parts.emplace_back("ctx");
  for (const auto& part : parts)
    if (text.find(part) == std::string::npos) return fmt::format("\"{}\" misses {}", text, part);
  return {};
}

/// Of a connection that broke: repeated where that is safe, else told.
std::string after_a_break(const Case& test, const Report& report) {
  if (auto wrong = always(test, report); !wrong.empty()) return wrong;
  if (report.struck == 0) return {};
  const Outcome& outcome = report.outcome;
  const Exchange& exchange = *test.exchange;
  const Fault& fault = test.faults.front();
  // Reads before a write on the same connection are repeated; the write then has a new one.
  const bool spared =
      outcome.done && report.connections > 1 && exchange.writes && begins_with_a_read(exchange);
  if (exchange.repeats == Repeats::harmless || spared)
    return outcome.done ? "" : "not repeated: " + outcome.error.describe();
  if (outcome.done) return "done over a broken connection";
  if (outcome.error.code != ErrorCode::unreachable)
    return fmt::format("{}: {}", to_string(outcome.error.code), outcome.error.describe());
  if (fault.way == Way::to_server && report.writes != 0) return "half a request was carried out";
  if (fault.way == Way::to_client && report.writes != 1) return "the request did not arrive";
  if (report.writes == 1 && !kube::outcome_unknown(outcome.error))
    return "written, and the error denies it: " + outcome.error.describe();
  return misses_in(exchange, report);
}

std::string after_a_stall(const Case& test, const Report& report) {
  if (auto wrong = always(test, report); !wrong.empty()) return wrong;
  if (report.struck == 0) return {};
  const Error& error = report.outcome.error;
  if (report.outcome.done || error.code != ErrorCode::timeout)
    return fmt::format("no timeout but {}: {}", to_string(error.code), error.describe());
  return misses_in(*test.exchange, report);
}

/// With a server of its own, and the count of descriptors before and after it.
class Room {
 public:
  explicit Room(bool tls = false) : server_(std::make_unique<CountingServer>(tls)) {}
  ~Room() {
    server_.reset();
    CHECK(open_descriptors() == before_);
  }
  [[nodiscard]] const CountingServer& server() const { return *server_; }

 private:
  std::size_t before_ = open_descriptors();
  std::unique_ptr<CountingServer> server_;
};

}  // namespace

TEST_CASE(
    "E04 E05 T15 a connection that ends after n bytes: every n of the answer, every 8th of the "
    "request") {
  const Room room;
  const auto cases = cases_of(room.server(), exchanges(), Kind::close, 1, ample);
  CHECK(cases.size() > 3500);
  CHECK(sweep(room.server(), cases, after_a_break) > cases.size() * 9 / 10);
}

TEST_CASE("E04 E05 a connection that is reset after n bytes, for every 9th n and the ends") {
  const Room room;
  const auto cases = cases_of(room.server(), exchanges(), Kind::reset, 9, ample);
  CHECK(sweep(room.server(), cases, after_a_break) > cases.size() * 8 / 10);
}

TEST_CASE("a connection that stalls after n bytes, for every 83rd n and the ends") {
  const Room room;
  const auto cases = cases_of(room.server(), exchanges(), Kind::stall, 83, milliseconds(1000));
  // On a busy machine the time may be over before the stall.
  CHECK(sweep(room.server(), cases, after_a_stall) > 0);
}

TEST_CASE("W07 every exchange a byte at a time") {
  const Room room;
  std::vector<Case> cases;
  for (const auto& exchange : exchanges())
    for (const Way way : both_ways)
      cases.push_back({&exchange, {Fault{Kind::slices, way, 0, ""}}, ample});
  sweep(room.server(), cases, [](const Case& test, const Report& report) {
    if (auto wrong = always(test, report); !wrong.empty()) return wrong;
    return report.outcome.done ? "" : report.outcome.error.describe();
  });
}

TEST_CASE("bytes that nobody sent, after every 21st byte of the answer") {
  const Room room;
  for (const char* bytes : {"\x80\xff\r\n\r\n", "HTTP/1.1 200 OK\r\n", "\r\n0\r\n\r\n"}) {
    const auto cases =
        cases_of(room.server(), exchanges(), Kind::garbage, 21, milliseconds(1000), bytes);
    sweep(room.server(), cases, [](const Case& test, const Report& report) -> std::string {
      const Exchange& exchange = *test.exchange;
      const auto code = report.outcome.error.code;
      if (report.took > test.time + in_the_crowd) return "it hung";
      if (exchange.repeats == Repeats::never && report.writes > 1) return "written twice";
      // In a header, a reason or a string of the body some bytes more are not to be noticed.
      if (report.outcome.done) return {};
      const bool told = code == ErrorCode::protocol || code == ErrorCode::unreachable ||
                        code == ErrorCode::timeout || code == ErrorCode::failed ||
                        code == ErrorCode::not_served;
      return told ? "" : report.outcome.error.describe();
    });
  }
}

TEST_CASE("a server that takes no connection: told, and not tried for ever") {
  const Room room;
  std::vector<Case> cases;
  for (const auto& exchange : exchanges())
    cases.push_back({&exchange, {Fault{Kind::refuse, Way::to_client, 0, ""}}, ample});
  sweep(room.server(), cases, [](const Case& test, const Report& report) -> std::string {
    if (report.outcome.done || report.writes != 0) return "how did that get through?";
    const auto code = report.outcome.error.code;
    if (code != ErrorCode::unreachable) return report.outcome.error.describe();
    // Where the reset came before anything was sent, also a write may be tried twice more.
    const bool once =
        test.exchange->repeats == Repeats::never && !begins_with_a_read(*test.exchange);
    if (report.connections > (once ? 3 : 6)) return fmt::format("{} attempts", report.connections);
    return misses_in(*test.exchange, report);
  });
}

TEST_CASE("nobody listens: unreachable, with what to check, for every kind of request") {
  const Room room;
  std::uint16_t free_port = 0;
  { free_port = Gate(room.server().port()).port(); }
  for (const auto& exchange : exchanges()) {
    CAPTURE(exchange.name);
    const auto client = room.server().client_through(free_port);
    const auto outcome = exchange.call(*client, "ns", within(ample));
    REQUIRE_FALSE(outcome.done);
    CHECK(outcome.error.code == ErrorCode::unreachable);
    CHECK(outcome.error.describe().find("connection refused") != std::string::npos);
    CHECK_FALSE(outcome.error.hint.empty());
  }
}

TEST_CASE("W14 a stop ends every kind of call that hangs, within 100 ms") {
  const Room room;
  for (const auto& exchange : exchanges()) {
    for (const Way way : both_ways) {
      CAPTURE(exchange.name);
      const std::size_t half = length_of(room.server(), exchange, way) / 2;
      CHECK(stops_in_time(room.server(), exchange, {Kind::stall, way, half, ""}));
    }
  }
}

TEST_CASE("over TLS: cut in a record or between, for every 13th byte and the ends") {
  const Room room(true);
  for (const Kind kind : {Kind::close, Kind::reset}) {
    const auto cases =
        cases_of(room.server(), exchanges(), kind, kind == Kind::close ? 13 : 97, ample);
    sweep(room.server(), cases, [](const Case& test, const Report& report) -> std::string {
      if (auto wrong = always(test, report); !wrong.empty()) return wrong;
      if (report.struck == 0) return {};
      const Outcome& outcome = report.outcome;
      if (outcome.done && test.exchange->repeats == Repeats::never && report.connections == 1)
        return "done over a broken connection";
      if (!outcome.done && outcome.error.code != ErrorCode::unreachable)
        return fmt::format("{}: {}", to_string(outcome.error.code), outcome.error.describe());
      return outcome.done ? "" : misses_in(*test.exchange, report);
    });
  }
}

TEST_CASE("over TLS: a record that was tampered with is never believed") {
  const Room room(true);
  const auto cases =
      cases_of(room.server(), exchanges(), Kind::garbage, 113, milliseconds(2000), "\x17\x03\x03");
  sweep(room.server(), cases, [](const Case& test, const Report& report) -> std::string {
    if (auto wrong = always(test, report); !wrong.empty()) return wrong;
    if (report.struck == 0) return {};
    const auto code = report.outcome.error.code;
    // A watch that has all its events does not need the end of its stream.
    const bool spared = report.connections > 1 || std::string_view(test.exchange->name) == "watch";
    if (report.outcome.done) return spared ? "" : "believed";
    const bool told =
        code == ErrorCode::unreachable || code == ErrorCode::protocol || code == ErrorCode::timeout;
    return told ? "" : report.outcome.error.describe();
  });
}

}  // namespace kaito::fault
