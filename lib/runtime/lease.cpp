#include "runtime/lease.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

namespace kaito::runtime {
namespace {

void write_spec(json::Object& spec, const LeaseWrite& write) {
  const auto now = format_micro_time(write.now);
  spec["holderIdentity"] = write.holder;
  spec["leaseDurationSeconds"] = write.duration.count();
  spec["renewTime"] = now;
  if (write.takes_over || !spec.contains("acquireTime")) spec["acquireTime"] = now;
}

}  // namespace

json::Value new_lease(std::string_view namespace_, std::string_view name, const LeaseWrite& write) {
  json::Object spec;
  write_spec(spec, write);
  spec["leaseTransitions"] = 0;
  return json::Object{{"apiVersion", "coordination.k8s.io/v1"},
                      {"kind", "Lease"},
                      {"metadata", json::Object{{"name", name}, {"namespace", namespace_}}},
                      {"spec", std::move(spec)}};
}

json::Value changed_lease(const json::Value& lease, const LeaseWrite& write) {
  json::Value changed = lease;
  auto& fields = changed.is_object() ? changed.get_object() : changed.emplace_object();
  auto& member = fields["spec"];
  auto& spec = member.is_object() ? member.get_object() : member.emplace_object();
  const auto transitions = json::int_at(lease, {"spec", "leaseTransitions"});
  write_spec(spec, write);
  spec["leaseTransitions"] = transitions + (write.takes_over ? 1 : 0);
  return changed;
}

std::string lease_holder(const json::Value& lease) {
  return std::string(json::string_at(lease, {"spec", "holderIdentity"}));
}

std::chrono::seconds lease_duration(const json::Value& lease, std::chrono::seconds otherwise) {
  const auto said = json::int_at(lease, {"spec", "leaseDurationSeconds"});
  return said > 0 ? std::chrono::seconds(said) : otherwise;
}

std::string lease_record(const json::Value& lease) {
  const auto* spec = json::find(lease, {"spec"});
  return spec == nullptr ? std::string() : json::write(*spec);
}

}  // namespace kaito::runtime
