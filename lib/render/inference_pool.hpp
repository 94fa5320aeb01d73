#pragma once

#include <string>
#include <vector>

#include "kaito/api/inference_set.hpp"
#include "kaito/json/tree.hpp"
#include "kaito/render/input.hpp"

namespace kaito::render {

/// The Flux objects from which a set's InferencePool and endpoint picker come, where the gateway
/// gate and the set call for them. Source: 6.3.
void add_inference_pool(const api::InferenceSet& set, const RenderInput& input,
                        const std::string& namespace_, std::vector<json::Tree>& out);

}  // namespace kaito::render
