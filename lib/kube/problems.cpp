#include "kube/problems.hpp"

#include <algorithm>

#include "kaito/base/text.hpp"

namespace kaito::kube {

Error Problems::error() const {
  if (errors_.size() == 1) return errors_.front();
  std::vector<std::string> lines;
  std::vector<std::string> hints;
  for (const auto& error : errors_) {
    lines.push_back(error.describe());
    const bool known = std::find(hints.begin(), hints.end(), error.hint) != hints.end();
    if (!error.hint.empty() && !known) hints.push_back(error.hint);
  }
  return Error{ErrorCode::invalid, join(lines, "\n"), {}, join(hints, "; "), nullptr};
}

}  // namespace kaito::kube
