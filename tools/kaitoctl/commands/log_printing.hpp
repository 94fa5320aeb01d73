#pragma once

#include <string>
#include <vector>

#include "context.hpp"

namespace kaitoctl::commands {

/// A container whose log is shown.
struct LogSource {
  std::string pod;
  std::string container;
};

/// Prints the logs: one after another, or with options.follow all at once as their lines come. Of
/// several, each line has its pod's name before it. On a terminal control characters are escaped,
/// and of a progress bar its last state is shown. Errors: the first that a log meets; interrupted.
[[nodiscard]] kaito::Result<void> print_logs(Context& context, kaito::kube::Client& client,
                                             const std::string& namespace_,
                                             const std::vector<LogSource>& sources,
                                             kaito::k8s::LogOptions options);

}  // namespace kaitoctl::commands
