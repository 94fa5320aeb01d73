// Commands and port-forwards through a gate that breaks the connection, at every byte of the
// answer: what came is the beginning of the whole, and nothing is taken for its end.
#include "tunnels.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sweep.hpp"

namespace kaito::fault {
namespace {

using std::chrono::milliseconds;
using Kind = Fault::Kind;

/// For calls that are to end by themselves.
constexpr milliseconds ample{120'000};

/// What holds of a call whatever happened to it.
std::string always(const Case& test, const Report& report) {
  const Outcome& outcome = report.outcome;
  if (report.took > test.time + in_the_crowd)
    return fmt::format("it took {} ms", report.took / milliseconds(1));
  if (report.writes > 1) return fmt::format("it was begun {} times", report.writes);
  if (!std::string_view(test.exchange->expected).starts_with(outcome.seen))
    return "what was seen is not the beginning of the whole: " + outcome.seen;
  if (outcome.done && outcome.seen != test.exchange->expected)
    return "done with less than all: " + outcome.seen;
  if (!outcome.done && outcome.error.message.empty()) return "an error without a message";
  if (report.struck == 0 && !outcome.done)
    return "undisturbed, and yet: " + outcome.error.describe();
  return {};
}

std::string after_a_break(const Case& test, const Report& report) {
  if (auto wrong = always(test, report); !wrong.empty()) return wrong;
  const Outcome& outcome = report.outcome;
  if (outcome.done) return {};
  const std::string text = outcome.error.describe();
  if (outcome.error.code != ErrorCode::unreachable)
    return fmt::format("{}: {}", to_string(outcome.error.code), text);
  const bool told = text.find(fmt::format("127.0.0.1:{}", report.port)) != std::string::npos;
  return told ? "" : fmt::format("\"{}\" does not tell of which server", text);
}

std::string after_a_stall(const Case& test, const Report& report) {
  if (auto wrong = always(test, report); !wrong.empty()) return wrong;
  const Outcome& outcome = report.outcome;
  if (outcome.done || outcome.error.code == ErrorCode::timeout) return {};
  return fmt::format("{}: {}", to_string(outcome.error.code), outcome.error.describe());
}

}  // namespace

TEST_CASE("a tunnel that ends or is reset after n bytes: every n of the answer") {
  for (const bool tls : {false, true}) {
    const CountingServer server(tls);
    for (const Kind kind : {Kind::close, Kind::reset}) {
      const auto cases = cases_of(server, tunnels(), kind, tls ? 29 : 1, ample);
      CHECK(sweep(server, cases, after_a_break) > cases.size() * 8 / 10);
    }
  }
}

TEST_CASE("a tunnel that stalls after n bytes, for every 13th n and the ends") {
  const CountingServer server(false);
  const auto cases = cases_of(server, tunnels(), Kind::stall, 13, milliseconds(1000));
  CHECK(sweep(server, cases, after_a_stall) > 0);
}

TEST_CASE("a tunnel a byte at a time") {
  const CountingServer server(false);
  std::vector<Case> cases;
  for (const auto& exchange : tunnels())
    for (const Way way : {Way::to_server, Way::to_client})
      cases.push_back({&exchange, {Fault{Kind::slices, way, 0, ""}}, ample});
  sweep(server, cases, [](const Case& test, const Report& report) {
    if (auto wrong = always(test, report); !wrong.empty()) return wrong;
    return report.outcome.done ? "" : report.outcome.error.describe();
  });
}

TEST_CASE("bytes that nobody sent, after every 7th byte of a tunnel's answer") {
  const CountingServer server(false);
  // Frames that no server may send: masked, with reserved bits, of a kind that does not exist.
  for (const char* bytes : {"\x82\x81zzzzz", "\xf2\x01z", "\x83\x01z"}) {
    const auto cases = cases_of(server, tunnels(), Kind::garbage, 7, milliseconds(1000), bytes);
    sweep(server, cases, [](const Case& test, const Report& report) -> std::string {
      const auto code = report.outcome.error.code;
      if (report.took > test.time + in_the_crowd) return "it hung";
      if (report.writes > 1) return "begun twice";
      // In a header or in a message some bytes more are not to be noticed.
      if (report.outcome.done) return {};
      const bool told = code == ErrorCode::protocol || code == ErrorCode::unreachable ||
                        code == ErrorCode::timeout || code == ErrorCode::failed;
      return told ? "" : report.outcome.error.describe();
    });
  }
}

TEST_CASE("a stop ends a tunnel that hangs, within 100 ms") {
  const CountingServer server(false);
  for (const auto& exchange : tunnels()) {
    CAPTURE(exchange.name);
    for (const Way way : {Way::to_server, Way::to_client}) {
      const std::size_t half = length_of(server, exchange, way) / 2;
      CHECK(stops_in_time(server, exchange, {Kind::stall, way, half, ""}));
    }
  }
}

}  // namespace kaito::fault
