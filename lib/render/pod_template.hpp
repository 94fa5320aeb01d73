#pragma once

#include "render/subject.hpp"

namespace kaito::render {

/// An inference Workspace with a pod template of the user's. Source: 5.
[[nodiscard]] Result<void> render_pod_template(const Subject& subject);
/// Fills an empty object with the user's template and KAITO's labels, affinity and tolerations.
void complete_template(const Subject& subject, const std::vector<NodeLabel>& node_labels,
                       const std::vector<Toleration>& tolerations, json::Members out);

}  // namespace kaito::render
