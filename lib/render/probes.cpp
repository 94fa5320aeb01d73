#include "render/inference.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view health_check = "python3 /workspace/vllm/multi-node-health-check.py ";

Probe shell_probe(std::string command) {
  return exec_probe({"/bin/sh", "-c", std::move(command)});
}

std::string readiness_check(const Inference& inference) {
  return std::string(health_check) +
         "readiness --leader-address=" + shell_word(leader_address(inference.subject)) +
         " --vllm-port=" + std::to_string(inference.server_port());
}

Probe benchmark_probe(bool multi_node) {
  constexpr int load_seconds = 600;
  Probe probe = multi_node
                    ? shell_probe(R"(if [ "$POD_INDEX" = "0" ]; then )"
                                  "python3 /workspace/vllm/benchmark_entrypoint.py; else true; fi")
                    : exec_probe({"python3", "/workspace/vllm/benchmark_entrypoint.py"});
  probe.timeout = load_seconds;
  return probe;
}

Probe startup_probe(const Inference& inference) {
  const bool benchmark =
      inference.vllm && annotation(inference.subject, "kaito.sh/disable-benchmark") != "true";
  Probe probe;
  if (benchmark) {
    probe = benchmark_probe(inference.multi_node());
  } else if (inference.multi_node()) {
    probe = shell_probe(readiness_check(inference));
    probe.timeout = 1;
  } else {
    probe = http_probe("/health", inference.server_port());
  }
  probe.failure_threshold = startup_periods(inference.model);
  return probe;
}

void add_distributed_probes(const Inference& inference, Container& main) {
  Probe liveness = shell_probe(std::string(health_check) + "liveness --leader-address=" +
                               shell_word(leader_address(inference.subject)) + " --ray-port=6379");
  liveness.initial_delay = 60;
  liveness.timeout = 5;
  liveness.failure_threshold = 1;
  liveness.termination_grace = 1;
  main.liveness = std::move(liveness);
  Probe readiness = shell_probe(readiness_check(inference));
  readiness.timeout = 1;
  readiness.failure_threshold = 1;
  main.readiness = std::move(readiness);
}

}  // namespace

void add_probes(const Inference& inference, Container& main) {
  main.startup = startup_probe(inference);
  if (inference.multi_node()) {
    add_distributed_probes(inference, main);
    return;
  }
  main.liveness = http_probe("/health", inference.server_port());
  main.liveness->failure_threshold = 3;
  main.readiness = http_probe("/health", inference.server_port());
  main.readiness->initial_delay = 30;
}

}  // namespace kaito::render
