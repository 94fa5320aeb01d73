#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"
#include "kaito/json/tree.hpp"
#include "kaito/render/input.hpp"

namespace kaito::render {

/// What a Workspace becomes. Moved, not copied.
struct Rendered {
  /// Whole objects in the order in which to apply them: what others refer to first.
  std::vector<json::Tree> objects;
  std::int64_t nodes = 0;          ///< status.targetNodeCount; of a set, of all its Workspaces
  std::vector<std::string> notes;  ///< what was assumed, for people
};

/// The objects that the operator of input.profile would make for the Workspace, the same bytes for
/// the same input. Owner references are there when the Workspace has a uid; status.targetNodeCount
/// is kept when it has one. Pure. Errors: invalid, when the operator could not make them either
/// (unknown SKU or model, a GPU that is too small) or when a fact is missing that only the cluster
/// or the model hub has: the message names the fact, the hint how to give it.
/// Source: rendered-manifests.md.
[[nodiscard]] Result<Rendered> render(const api::Workspace& workspace, const RenderInput& input);

/// The Workspaces of an InferenceSet, what each of them becomes, and with the gateway gate the
/// objects of its pool. The Workspaces' names, random in a cluster, are derived from the set's.
[[nodiscard]] Result<Rendered> render(const api::InferenceSet& set, const RenderInput& input);

}  // namespace kaito::render
