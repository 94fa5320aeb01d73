#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "render/inference.hpp"

namespace kaito::render {

namespace {

json::Value service_port(std::string_view name, int port, int target) {
  json::Object out;
  out.reserve(4);
  out.emplace("name", name);
  out.emplace("protocol", "TCP");
  out.emplace("port", port);
  out.emplace("targetPort", target);
  return out;
}

json::Array service_ports(bool kv_events) {
  json::Array ports;
  ports.emplace_back(service_port("http", 80, 5000));
  ports.emplace_back(service_port("ray", 6379, 6379));
  ports.emplace_back(service_port("dashboard", 8265, 8265));
  if (kv_events) ports.emplace_back(service_port("kv-events", 5557, 5557));
  return ports;
}

json::Object front_service(const Subject& subject) {
  const bool balanced = annotation(subject, "kaito.sh/enablelb") == "True";
  json::Object selector;
  selector.emplace("kaito.sh/workspace", std::string_view(subject.name));
  selector.emplace("statefulset.kubernetes.io/pod-name", subject.name + "-0");
  json::Object spec;
  spec.reserve(4);
  spec.emplace("type", balanced ? "LoadBalancer" : "ClusterIP");
  spec.emplace("publishNotReadyAddresses", true);
  spec.emplace("selector", std::move(selector));
  spec.emplace("ports", service_ports(!balanced && uses_vllm(subject)));
  json::Object service = begin_object(subject, {"v1", "Service", subject.name});
  service.emplace("spec", std::move(spec));
  return service;
}

json::Object headless_service(const Subject& subject) {
  json::Object selector;
  selector.emplace("kaito.sh/workspace", std::string_view(subject.name));
  json::Object spec;
  spec.emplace("clusterIP", "None");
  spec.emplace("publishNotReadyAddresses", true);
  spec.emplace("selector", std::move(selector));
  json::Object service = begin_object(subject, {"v1", "Service", subject.name + "-headless"});
  service.emplace("spec", std::move(spec));
  return service;
}

}  // namespace

void add_services(const Subject& subject) {
  add_object(subject, front_service(subject));
  add_object(subject, headless_service(subject));
}

}  // namespace kaito::render
