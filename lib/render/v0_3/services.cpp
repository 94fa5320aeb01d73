#include "render/services.hpp"
#include "render/v0_3/preset.hpp"

namespace kaito::render::v0_3 {

namespace {

void add_selector(const Subject& subject, bool first_pod_alone, json::Members spec) {
  json::Members selector = spec.add_object("selector");
  selector.add("kaito.sh/workspace", subject.name);
  if (first_pod_alone) selector.add("statefulset.kubernetes.io/pod-name", subject.name + "-0");
}

void add_front_service(const Subject& subject, const Preset& preset) {
  const bool balanced = annotation(subject, "kaito.sh/enablelb") == "True";
  json::Members spec = add_object(subject, {"v1", "Service", subject.name}).add_object("spec");
  spec.add("type", balanced ? json::Literal("LoadBalancer") : json::Literal("ClusterIP"));
  spec.add("publishNotReadyAddresses", true);
  add_selector(subject, preset.is_distributed(), spec);
  json::Items ports = spec.add_list("ports");
  add_service_port(ports, "http", 80, 5000);
  add_service_port(ports, "torch", 29500, 29500);
}

void add_headless_service(const Subject& subject) {
  json::Members spec =
      add_object(subject, {"v1", "Service", subject.name + "-headless"}).add_object("spec");
  spec.add("clusterIP", "None");
  spec.add("publishNotReadyAddresses", true);
  add_selector(subject, false, spec);
  add_service_port(spec.add_list("ports"), "torchrun", 29500, 29500);
}

}  // namespace

void add_services(const Subject& subject, const Preset& preset) {
  add_front_service(subject, preset);
  if (preset.is_distributed()) add_headless_service(subject);
}

}  // namespace kaito::render::v0_3
