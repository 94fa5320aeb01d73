#include "sweep.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace kaito::fault {
namespace {

constexpr std::size_t workers = 24;
constexpr std::size_t most_shown = 12;
constexpr std::chrono::milliseconds time_alone{300};

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
