#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "render/v0_3/preset.hpp"

namespace kaito::render::v0_3 {

namespace {

json::Value service_port(std::string_view name, int port, int target) {
  json::Object out;
  out.emplace("name", name);
  out.emplace("protocol", "TCP");
  out.emplace("port", port);
  out.emplace("targetPort", target);
  return out;
}

json::Object selector_of(const Subject& subject, bool first_pod_alone) {
  json::Object selector;
  selector.emplace("kaito.sh/workspace", std::string_view(subject.name));
  if (first_pod_alone) selector.emplace("statefulset.kubernetes.io/pod-name", subject.name + "-0");
  return selector;
}

json::Object front_service(const Subject& subject, const Preset& preset) {
  const bool balanced = annotation(subject, "kaito.sh/enablelb") == "True";
  json::Array ports;
  ports.emplace_back(service_port("http", 80, 5000));
  ports.emplace_back(service_port("torch", 29500, 29500));
  json::Object spec;
  spec.emplace("type", balanced ? "LoadBalancer" : "ClusterIP");
  spec.emplace("publishNotReadyAddresses", true);
  spec.emplace("selector", selector_of(subject, preset.is_distributed()));
  spec.emplace("ports", std::move(ports));
  json::Object service = begin_object(subject, {"v1", "Service", subject.name});
  service.emplace("spec", std::move(spec));
  return service;
}

json::Object headless_service(const Subject& subject) {
  json::Array ports;
  ports.emplace_back(service_port("torchrun", 29500, 29500));
  json::Object spec;
  spec.emplace("clusterIP", "None");
  spec.emplace("publishNotReadyAddresses", true);
  spec.emplace("selector", selector_of(subject, false));
  spec.emplace("ports", std::move(ports));
  json::Object service = begin_object(subject, {"v1", "Service", subject.name + "-headless"});
  service.emplace("spec", std::move(spec));
  return service;
}

}  // namespace

void add_services(const Subject& subject, const Preset& preset) {
  add_object(subject, front_service(subject, preset));
  if (preset.is_distributed()) add_object(subject, headless_service(subject));
}

}  // namespace kaito::render::v0_3
