#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exchange.hpp"
#include "gate.hpp"

namespace kaito::fault {

/// One case of a sweep: this request, through a gate that does this.
struct Case {
  const Exchange* exchange = nullptr;
  std::vector<Fault> faults;  ///< of the first, second, ... connection
  std::chrono::milliseconds time{20'000};
};

/// What came of it.
struct Report {
  Outcome outcome;
  int writes = 0;
  std::size_t struck = 0;
  std::size_t connections = 0;
  std::uint16_t port = 0;  ///< that the client connected to
  std::chrono::nanoseconds took{0};
};

/// How long after its deadline, or after a stop, a call may end.
constexpr std::chrono::milliseconds promised{100};
/// The same where two dozen calls run at once, with sanitizers, beside other work. Who needs more
/// than what is promised is looked at again alone: see sweep.
constexpr std::chrono::milliseconds in_the_crowd{2000};
/// How often a call that runs alone may be late, since the machine is not ours alone.
constexpr int chances = 10;

/// Every `step`-th offset of these exchanges, and their first and last ones; of what goes to the
/// server an eighth of that, since less of it matters.
[[nodiscard]] std::vector<Case> cases_of(const CountingServer& server,
                                         const std::vector<Exchange>& exchanges, Fault::Kind kind,
                                         std::size_t step, std::chrono::milliseconds time,
                                         const std::string& bytes = {});

/// What is wrong with a report; "" when all is as it should be.
using Judge = std::function<std::string(const Case&, const Report&)>;

/// Runs the cases, many at a time since most of their time is waiting, and fails the test with the
/// first of what the judge found. Cases that ended later than promised are run again, each alone,
/// and fail if they are late each time. Gives how many cases met their fault.
std::size_t sweep(const CountingServer& server, const std::vector<Case>& cases, const Judge& judge);

/// How many bytes an undisturbed call moves that way over its first connection.
[[nodiscard]] std::size_t length_of(const CountingServer& server, const Exchange& exchange,
                                    Way way);

/// Whether a stop ends a call that the fault made hang as soon as promised, in one of the chances.
[[nodiscard]] bool stops_in_time(const CountingServer& server, const Exchange& exchange,
                                 const Fault& stall);

/// "after 17 bytes to the client".
[[nodiscard]] std::string describe(const Fault& fault);

}  // namespace kaito::fault
