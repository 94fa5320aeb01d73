#include "kaito/runtime/informer.hpp"

#include <fmt/format.h>

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "runtime/feed.hpp"
#include "runtime/reflector.hpp"

namespace kaito::runtime {

struct Informer::Impl {
  Impl(kube::Client& client, InformerOptions given, Clock& clock)
      : options(std::move(given)), feed(options.indexes), reflector(client, options, clock, feed) {}

  const InformerOptions options;
  Feed feed;
  Reflector reflector;
  std::atomic<bool> started = false;
};

Informer::Informer(kube::Client& client, InformerOptions options, Clock& clock)
    : impl_(std::make_unique<Impl>(client, std::move(options), clock)) {}
Informer::~Informer() = default;

void Informer::add_handler(ChangeHandler handler) {
  impl_->feed.add_handler(std::move(handler));
}

const Store& Informer::store() const {
  return impl_->feed.store();
}

Result<void> Informer::run(const std::stop_token& stop) {
  if (impl_->started.exchange(true))
    return fail(ErrorCode::usage, "an informer can be run once: make another one");
  impl_->reflector.run(stop);
  impl_->feed.close();
  return {};
}

bool Informer::has_synced() const {
  return impl_->feed.synced();
}

Result<void> Informer::wait_synced(const CallLimits& limits) const {
  auto synced = impl_->feed.wait_synced(limits);
  if (synced) return synced;
  auto error = std::move(synced).error();
  // What kept the list from coming is what the reader wants to know.
  if (const auto last = impl_->reflector.state().failure) error.message += ": " + last->describe();
  return fail(std::move(error).in(
      fmt::format("waiting for the first list of {}", impl_->options.type.qualified_plural())));
}

Informer::State Informer::state() const {
  return impl_->reflector.state();
}

void drop_managed_fields(json::Value& object) {
  auto* fields = object.if_object();
  auto* metadata = fields == nullptr ? nullptr : fields->if_contains("metadata");
  auto* members = metadata == nullptr ? nullptr : metadata->if_object();
  if (members != nullptr) members->erase("managedFields");
}

}  // namespace kaito::runtime
