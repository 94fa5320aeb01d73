#include "kube/merge.hpp"

#include <algorithm>
#include <utility>

namespace kaito::kube {
namespace {

template <class Entry>
void add_new(std::vector<Entry>& merged, std::vector<Entry> later) {
  for (auto& entry : later) {
    const bool known = std::any_of(merged.begin(), merged.end(),
                                   [&](const Entry& e) { return e.name == entry.name; });
    if (!known) merged.push_back(std::move(entry));
  }
}

}  // namespace

Kubeconfig merge(std::vector<Kubeconfig> files) {
  Kubeconfig merged;
  for (auto& file : files) {
    for (auto& name : file.files)
      merged.files.push_back(std::move(name));
    add_new(merged.clusters, std::move(file.clusters));
    add_new(merged.users, std::move(file.users));
    add_new(merged.contexts, std::move(file.contexts));
    if (merged.current_context.empty()) merged.current_context = std::move(file.current_context);
  }
  return merged;
}

}  // namespace kaito::kube
