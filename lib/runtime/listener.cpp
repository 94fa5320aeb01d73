#include "runtime/listener.hpp"

#include <utility>

namespace kaito::runtime {

Listener::Listener(ChangeHandler handler, std::function<void()> when_told)
    : handler_(std::move(handler)), when_told_(std::move(when_told)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { deliver(stop); });
}

void Listener::push(Change change) {
  const std::lock_guard lock(mutex_);
  const auto [at, is_new] = pending_.try_emplace(std::string(change.key()));
  auto& pending = at->second;
  if (is_new) {
    pending = {std::move(change), ++pushed_};
    order_.push_back(at->first);
    changed_.notify_one();
    return;
  }
  // Of an object that goes, the handler gets the last state rather than the one it knows.
  if (!change.after && pending.change.before) pending.change.before = std::move(change.before);
  pending.change.after = std::move(change.after);
  pending.change.final_state_unknown = change.final_state_unknown;
}

void Listener::end_of_first_list() {
  const std::lock_guard lock(mutex_);
  if (!first_list_ends_) first_list_ends_ = pushed_;
  changed_.notify_one();
}

bool Listener::told_first_list() const {
  const std::lock_guard lock(mutex_);
  return first_list_told_;
}

void Listener::close() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Listener::deliver(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!first_list_told_ && first_list_ends_ && told_ >= *first_list_ends_) {
      first_list_told_ = true;
      lock.unlock();
      when_told_();
      lock.lock();
    }
    const auto something = [&] {
      return !order_.empty() || (!first_list_told_ && first_list_ends_ == told_);
    };
    if (!changed_.wait(lock, stop, something) || stop.stop_requested()) return;
    if (order_.empty()) continue;
    const auto at = pending_.find(std::string(order_.front()));
    order_.pop_front();
    const Pending next = std::move(at->second);
    pending_.erase(at);
    lock.unlock();
    tell(next.change);
    lock.lock();
    told_ = next.number;
  }
}

void Listener::tell(const Change& change) {
  const auto& [before, after, unknown, initial] = change;
  if (!before && !after) return;  // came and went meanwhile
  if (before && after && before->uid() != after->uid()) {
    // Deleted and made anew under the same name: two objects.
    handler_({before, nullptr, unknown, false});
    handler_({nullptr, after, false, false});
    return;
  }
  if (before && after && before->text() == after->text()) return;
  handler_(change);
}

}  // namespace kaito::runtime
