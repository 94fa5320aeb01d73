#include "render/inference.hpp"
#include "render/members.hpp"

namespace kaito::render {

namespace {

void add_port(json::Array& ports, std::string_view name, int port, int target) {
  json::Object& out = add_object(ports);
  out.reserve(4);
  out.emplace("name", name);
  out.emplace("protocol", "TCP");
  out.emplace("port", port);
  out.emplace("targetPort", target);
}

void add_front_service(const Subject& subject) {
  const bool balanced = annotation(subject, "kaito.sh/enablelb") == "True";
  json::Object& spec = add_object(add_object(subject, {"v1", "Service", subject.name}), "spec");
  spec.reserve(4);
  spec.emplace("type", balanced ? "LoadBalancer" : "ClusterIP");
  spec.emplace("publishNotReadyAddresses", true);
  json::Object& selector = add_object(spec, "selector");
  selector.reserve(2);
  selector.emplace("kaito.sh/workspace", std::string_view(subject.name));
  selector.emplace("statefulset.kubernetes.io/pod-name", subject.name + "-0");
  json::Array& ports = add_list(spec, "ports");
  ports.reserve(4);
  add_port(ports, "http", 80, 5000);
  add_port(ports, "ray", 6379, 6379);
  add_port(ports, "dashboard", 8265, 8265);
  if (!balanced && uses_vllm(subject)) add_port(ports, "kv-events", 5557, 5557);
}

void add_headless_service(const Subject& subject) {
  json::Object& spec =
      add_object(add_object(subject, {"v1", "Service", subject.name + "-headless"}), "spec");
  spec.reserve(3);
  spec.emplace("clusterIP", "None");
  spec.emplace("publishNotReadyAddresses", true);
  add_object(spec, "selector").emplace("kaito.sh/workspace", std::string_view(subject.name));
}

}  // namespace

void add_services(const Subject& subject) {
  add_front_service(subject);
  add_headless_service(subject);
}

}  // namespace kaito::render
