#include "kube/update.hpp"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <chrono>
#include <random>
#include <utility>

#include "kaito/json/json.hpp"
#include "kube/retry.hpp"

namespace kaito::kube {
namespace {

constexpr unsigned most_attempts = 5;

/// 10 ms and up to a tenth more, so that two writers do not meet again and again.
std::chrono::milliseconds pause() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  return std::chrono::milliseconds(10 + random() % 2);
}

}  // namespace

Result<json::Document> update_object(Client& client, const k8s::ObjectRef& ref,
                                     const Mutation& mutate, const k8s::WriteOptions& options,
                                     const CallLimits& limits, std::string_view subresource) {
  for (unsigned attempt = 1;; ++attempt) {
    KAITO_TRY(auto object, client.get(ref, limits));
    const auto before = object;
    KAITO_CHECK(mutate(object.value()));
    if (object == before) return object;
    auto replaced = client.replace(ref, object.value(), options, limits, subresource);
    if (replaced || replaced.error().code != ErrorCode::conflict) return replaced;
    if (attempt == most_attempts) {
      auto error = std::move(replaced).error();
      error.message += fmt::format(" (the last of {} attempts)", most_attempts);
      return fail(std::move(error).hinted("others write this object all the time: try again"));
    }
    KAITO_CHECK(wait(pause(), limits));
  }
}

Scale read_scale(const json::Value& value) {
  Scale scale;
  scale.wanted = json::int_at(value, {"spec", "replicas"});
  scale.current = json::int_at(value, {"status", "replicas"});
  scale.selector = std::string(json::string_at(value, {"status", "selector"}));
  scale.resource_version = std::string(json::string_at(value, {"metadata", "resourceVersion"}));
  return scale;
}

}  // namespace kaito::kube
