#include "render/members.hpp"
#include "render/v0_3/preset.hpp"

namespace kaito::render::v0_3 {

namespace {

void add_port(json::Array& ports, std::string_view name, int port, int target) {
  json::Object& out = add_object(ports);
  out.emplace("name", name);
  out.emplace("protocol", "TCP");
  out.emplace("port", port);
  out.emplace("targetPort", target);
}

void add_selector(const Subject& subject, bool first_pod_alone, json::Object& spec) {
  json::Object& selector = add_object(spec, "selector");
  selector.emplace("kaito.sh/workspace", std::string_view(subject.name));
  if (first_pod_alone) selector.emplace("statefulset.kubernetes.io/pod-name", subject.name + "-0");
}

void add_front_service(const Subject& subject, const Preset& preset) {
  const bool balanced = annotation(subject, "kaito.sh/enablelb") == "True";
  json::Object& spec = add_object(add_object(subject, {"v1", "Service", subject.name}), "spec");
  spec.emplace("type", balanced ? "LoadBalancer" : "ClusterIP");
  spec.emplace("publishNotReadyAddresses", true);
  add_selector(subject, preset.is_distributed(), spec);
  json::Array& ports = add_list(spec, "ports");
  add_port(ports, "http", 80, 5000);
  add_port(ports, "torch", 29500, 29500);
}

void add_headless_service(const Subject& subject) {
  json::Object& spec =
      add_object(add_object(subject, {"v1", "Service", subject.name + "-headless"}), "spec");
  spec.emplace("clusterIP", "None");
  spec.emplace("publishNotReadyAddresses", true);
  add_selector(subject, false, spec);
  add_port(add_list(spec, "ports"), "torchrun", 29500, 29500);
}

}  // namespace

void add_services(const Subject& subject, const Preset& preset) {
  add_front_service(subject, preset);
  if (preset.is_distributed()) add_headless_service(subject);
}

}  // namespace kaito::render::v0_3
