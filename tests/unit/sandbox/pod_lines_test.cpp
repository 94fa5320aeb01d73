// The logs of pods that the simulated kubelet runs.
#include "sandbox/actors/pod_lines.hpp"

#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "kaito/base/time.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::sandbox {
namespace {

LogRead lines_of(const std::string& labels, const std::string& status) {
  const auto documents =
      json::load_yaml("{metadata: {labels: " + labels + "}, status: " + status + "}", "pod");
  REQUIRE(documents);
  return pod_lines(documents->front().value.value(), "c");
}

std::string text_of(const LogRead& read) {
  std::string text;
  for (const auto& line : read.lines)
    text += format_time(line.time) + " " + line.text + "\n";
  return text + (read.ended ? "(the end)" : "");
}

const std::string start =
    "2026-01-02T03:04:05Z simulated: started i:1; nothing is computed here\n"
    "2026-01-02T03:04:05Z simulated: ";

TEST_CASE("a model server's lines grow with its pod's state") {
  CHECK(text_of(lines_of("{}",
                         "{phase: Pending, containerStatuses: [{name: c, image: 'i:1', "
                         "state: {waiting: {reason: ContainerCreating}}}]}")) == "");
  const std::string running =
      "phase: Running, containerStatuses: [{name: c, image: 'i:1', state: {running: {startedAt: "
      "'2026-01-02T03:04:05Z'}}}]";
  CHECK(text_of(lines_of("{}", "{" + running + "}")) == start + "loading the model\n");
  CHECK(text_of(lines_of("{}", "{" + running +
                                   ", conditions: [{type: Ready, status: 'True', "
                                   "lastTransitionTime: '2026-01-02T03:05:00Z'}]}")) ==
        start +
            "loading the model\n"
            "2026-01-02T03:05:00Z simulated: the model is loaded; serving on port 5000\n");
}

TEST_CASE("a tuning job's lines end with it") {
  CHECK(text_of(lines_of(
            "{job-name: j}",
            "{phase: Succeeded, startTime: '2026-01-02T03:04:05Z', containerStatuses: [{name: c, "
            "image: 'i:1', state: {terminated: {exitCode: 0}}}], conditions: [{type: Ready, "
            "status: 'False', lastTransitionTime: '2026-01-02T03:09:00Z'}]}")) ==
        start + "tuning the model\n2026-01-02T03:09:00Z simulated: tuning is done\n(the end)");
}

}  // namespace
}  // namespace kaito::sandbox
