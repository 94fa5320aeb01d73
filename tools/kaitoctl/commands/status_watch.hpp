#pragma once

#include <string>

#include "context.hpp"
#include "kaito/k8s/request.hpp"
#include "output/format.hpp"
#include "output/status_view.hpp"

namespace kaitoctl::commands {

/// Prints a line (or an object) for each change from `resource_version` on, until Ctrl-C: 130.
/// A watch that ends in the ordinary way, or whose connection breaks, goes on from where it was;
/// after an expired version everything is listed anew. Errors: the client's, when it cannot go on.
[[nodiscard]] kaito::Result<int> watch_status(Context& context, kaito::kube::Client& client,
                                              const std::string& namespace_,
                                              const kaito::k8s::ListOptions& options,
                                              std::string resource_version, StatusColumns columns,
                                              OutputFormat format);

}  // namespace kaitoctl::commands
