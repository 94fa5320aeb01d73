#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "kaito/base/time.hpp"
#include "kaito/json/document.hpp"

namespace kaito::runtime {

/// A coordination.k8s.io/v1 Lease, written without losing what newer versions put into it.
/// Source: kubernetes-client.md 4.6.
struct LeaseWrite {
  std::string_view holder;
  std::chrono::seconds duration{15};
  Instant now;
  bool takes_over = false;  ///< acquireTime and leaseTransitions change too
};

[[nodiscard]] json::Value new_lease(std::string_view namespace_, std::string_view name,
                                    const LeaseWrite& write);
[[nodiscard]] json::Value changed_lease(const json::Value& lease, const LeaseWrite& write);

[[nodiscard]] std::string lease_holder(const json::Value& lease);
/// How long the holder may be silent; `otherwise` where the Lease does not say.
[[nodiscard]] std::chrono::seconds lease_duration(const json::Value& lease,
                                                  std::chrono::seconds otherwise);
/// Everything that a renewal changes, to see that there was one.
[[nodiscard]] std::string lease_record(const json::Value& lease);

}  // namespace kaito::runtime
