#include "sweep.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stop_token>
#include <thread>

namespace kaito::fault {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t workers = 24;
constexpr std::size_t most_shown = 12;
constexpr std::chrono::milliseconds time_alone{300};
/// What goes to a server holds less that matters than what comes back: so many times wider steps.
constexpr std::size_t wider = 8;

std::string fresh_namespace() {
  static std::atomic<unsigned> last = 0;
  return fmt::format("n{:06}", ++last);
}

Report run(const CountingServer& server, Gate& gate, const Case& test) {
  Report report;
  const auto in = fresh_namespace();
  gate.expect(test.faults);
  const auto client = server.client_through(gate.port());
  const auto start = Deadline::Clock::now();
  report.outcome = test.exchange->call(*client, in, within(test.time));
  report.took = Deadline::Clock::now() - start;
  report.struck = gate.struck();
  report.connections = gate.connections();
  report.port = gate.port();
  report.writes = server.writes(in);
  return report;
}

bool late(const Case& test, const Report& report) {
  return report.took > test.time + promised;
}

/// What is wrong with a case that was late among many: run by itself, with less time to wait for.
std::string once_more_alone(const CountingServer& server, Case test, const Judge& judge) {
  test.time = std::min(test.time, time_alone);
  Report report;
  for (int chance = 0; chance < chances; ++chance) {
    Gate gate(server.port());
    report = run(server, gate, test);
    if (!late(test, report)) return judge(test, report);
  }
  return fmt::format("alone and given {} ms it took {} ms", test.time.count(),
                     report.took / std::chrono::milliseconds(1));
}

/// From the stop of a call that the fault made hang to the call's end.
milliseconds time_to_stop(const CountingServer& server, const Exchange& exchange, Fault stall) {
  Gate gate(server.port());
  gate.expect({std::move(stall)});
  const auto client = server.client_through(gate.port());
  std::stop_source stop;
  Deadline::Clock::time_point asked;
  std::jthread stopper([&] {
    while (gate.struck() == 0)
      std::this_thread::sleep_for(milliseconds(1));
    asked = Deadline::Clock::now();
    stop.request_stop();
  });
  const auto outcome = exchange.call(*client, "ns", {Deadline::never(), stop.get_token()});
  const auto ended = Deadline::Clock::now();
  stopper.join();
  CHECK_FALSE(outcome.done);
  CHECK(outcome.error.code == ErrorCode::interrupted);
  return std::chrono::duration_cast<milliseconds>(ended - asked);
}

std::string say(const Case& test, const std::string& problem) {
  return fmt::format("{}, {}: {}", test.exchange->name, describe(test.faults.front()), problem);
}

}  // namespace

std::string describe(const Fault& fault) {
  static constexpr const char* kinds[] = {"nothing", "refuse", "close",  "reset",
                                          "stall",   "slices", "garbage"};
  return fmt::format("{} after {} bytes to the {}", kinds[static_cast<int>(fault.kind)],
                     fault.after, fault.way == Way::to_server ? "server" : "client");
}

std::vector<Case> cases_of(const CountingServer& server, const std::vector<Exchange>& exchanges,
                           Fault::Kind kind, std::size_t step, milliseconds time,
                           const std::string& bytes) {
  std::vector<Case> cases;
  for (const auto& exchange : exchanges) {
    for (const Way way : {Way::to_server, Way::to_client}) {
      if (kind == Fault::Kind::garbage && way == Way::to_server) continue;
      const std::size_t length = length_of(server, exchange, way);
      const std::size_t stride = way == Way::to_server ? step * wider : step;
      for (std::size_t at = 0; at <= length; ++at) {
        if (at % stride != 0 && at > 2 && at + 2 < length) continue;
        cases.push_back({&exchange, {Fault{kind, way, at, bytes}, Fault{}}, time});
      }
    }
  }
  return cases;
}

bool stops_in_time(const CountingServer& server, const Exchange& exchange, const Fault& stall) {
  for (int chance = 0; chance < chances; ++chance)
    if (time_to_stop(server, exchange, stall) < promised) return true;
  return false;
}

std::size_t sweep(const CountingServer& server, const std::vector<Case>& cases,
                  const Judge& judge) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> struck = 0;
  std::mutex mutex;
  std::vector<std::string> wrong;
  std::vector<std::size_t> late_ones;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(workers, cases.size()); ++i) {
      threads.emplace_back([&] {
        Gate gate(server.port());
        for (std::size_t at = next++; at < cases.size(); at = next++) {
          const auto report = run(server, gate, cases[at]);
          if (report.struck > 0) ++struck;
          const auto problem = judge(cases[at], report);
          const std::lock_guard lock(mutex);
          if (!problem.empty()) wrong.push_back(say(cases[at], problem));
          if (late(cases[at], report)) late_ones.push_back(at);
        }
      });
    }
  }
  for (const std::size_t at : late_ones) {
    const auto problem = once_more_alone(server, cases[at], judge);
    if (!problem.empty()) wrong.push_back(say(cases[at], problem));
  }
  std::string shown;
  for (std::size_t i = 0; i < std::min(most_shown, wrong.size()); ++i)
    shown += "\n  " + wrong[i];
  CHECK_MESSAGE(wrong.empty(), wrong.size() << " of " << cases.size() << " cases:" << shown);
  MESSAGE(cases.size() << " cases, the fault came about in " << struck.load() << ", "
                       << late_ones.size() << " looked at again alone");
  return struck;
}

std::size_t length_of(const CountingServer& server, const Exchange& exchange, Way way) {
  Gate gate(server.port());
  const Case undisturbed{&exchange, {Fault{}}};
  const auto report = run(server, gate, undisturbed);
  REQUIRE_MESSAGE(report.outcome.done, exchange.name << ": " << report.outcome.error.describe());
  CHECK_MESSAGE(report.outcome.seen == exchange.expected, exchange.name);
  CHECK_MESSAGE(report.writes == (exchange.writes ? 1 : 0), exchange.name);
  CHECK_MESSAGE(report.connections == 1, exchange.name);
  return gate.carried(way);
}

}  // namespace kaito::fault
