#include "render/services.hpp"

namespace kaito::render {

namespace {

void add_front_service(const Subject& subject) {
  const bool balanced = annotation(subject, "kaito.sh/enablelb") == "True";
  json::Members spec = add_object(subject, {"v1", "Service", subject.name}).add_object("spec");
  spec.add("type", balanced ? json::Literal("LoadBalancer") : json::Literal("ClusterIP"));
  spec.add("publishNotReadyAddresses", true);
  json::Members selector = spec.add_object("selector");
  selector.add("kaito.sh/workspace", subject.name);
  selector.add("statefulset.kubernetes.io/pod-name", subject.name + "-0");
  json::Items ports = spec.add_list("ports");
  add_service_port(ports, "http", 80, 5000);
  add_service_port(ports, "ray", 6379, 6379);
  add_service_port(ports, "dashboard", 8265, 8265);
  if (!balanced && uses_vllm(subject)) add_service_port(ports, "kv-events", 5557, 5557);
}

void add_headless_service(const Subject& subject) {
  json::Members spec =
      add_object(subject, {"v1", "Service", subject.name + "-headless"}).add_object("spec");
  spec.add("clusterIP", "None");
  spec.add("publishNotReadyAddresses", true);
  spec.add_object("selector").add("kaito.sh/workspace", subject.name);
}

}  // namespace

void add_service_port(json::Items ports, json::Literal name, int port, int target) {
  json::Members out = ports.add_object();
  out.add("name", name);
  out.add("protocol", "TCP");
  out.add("port", port);
  out.add("targetPort", target);
}

void add_services(const Subject& subject) {
  add_front_service(subject);
  add_headless_service(subject);
}

}  // namespace kaito::render
