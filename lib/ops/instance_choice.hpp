#pragma once

#include <optional>
#include <string>

#include "kaito/ops/deploy.hpp"
#include "kaito/plan/ranking.hpp"

namespace kaito::ops {

/// An instance type and why it was taken, one sentence.
struct InstanceChoice {
  std::string name;
  std::string reason;
};

/// The best of plan's ranking for the request's model, cloud, runtime and context, in the release
/// and, unless the request says otherwise, the cloud of `cluster`. Errors: usage, when the model's
/// size is not known, nothing of the cloud fits, or the operator makes no nodes.
[[nodiscard]] Result<InstanceChoice> choose_instance_type(const ModelRequest& request,
                                                          const catalog::ResolvedPreset& model,
                                                          const validate::Context& cluster,
                                                          const catalog::Catalog& catalog);

}  // namespace kaito::ops
