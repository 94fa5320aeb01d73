#pragma once

#include "render/subject.hpp"

namespace kaito::render {

/// An inference Workspace with a pod template of the user's. Source: 5.
[[nodiscard]] Result<void> render_pod_template(const Subject& subject);
/// The user's template with KAITO's labels, affinity and tolerations.
[[nodiscard]] json::Value completed_template(const Subject& subject,
                                             const std::vector<NodeLabel>& node_labels,
                                             const std::vector<Toleration>& tolerations);

}  // namespace kaito::render
