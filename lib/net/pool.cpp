#include "net/pool.hpp"

#include <algorithm>
#include <utility>

namespace kaito::net {
namespace {

constexpr std::size_t most_idle = 25;  // as client-go keeps per host

}  // namespace

std::unique_ptr<Connection> Pool::take() {
  std::vector<Idle> closing;  // closed after the lock is gone
  std::unique_ptr<Connection> taken;
  const std::lock_guard lock(mutex_);
  const auto oldest_kept = std::chrono::steady_clock::now() - idle_timeout_;
  const auto fresh = std::find_if(idle_.begin(), idle_.end(),
                                  [&](const Idle& idle) { return idle.since > oldest_kept; });
  std::move(idle_.begin(), fresh, std::back_inserter(closing));
  idle_.erase(idle_.begin(), fresh);
  while (!idle_.empty() && !taken) {
    Idle last = std::move(idle_.back());
    idle_.pop_back();
    if (last.connection->quiet()) {
      taken = std::move(last.connection);
    } else {
      closing.push_back(std::move(last));
    }
  }
  return taken;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  if (!connection->reusable()) return;
  Idle dropped;
  const std::lock_guard lock(mutex_);
  if (idle_.size() >= most_idle) {
    dropped = std::move(idle_.front());
    idle_.erase(idle_.begin());
  }
  idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
}

}  // namespace kaito::net
