#include "ops/instance_choice.hpp"

#include "kaito/plan/facts.hpp"

namespace kaito::ops {

namespace {

[[nodiscard]] std::string reason_for(const plan::Candidate& best, const std::string& cloud,
                                     const std::string& model) {
  const std::int64_t nodes = best.estimate.nodes;
  return best.node.name + " (" + std::to_string(best.node.count) + " x " + best.node.gpu_model +
         ", " + std::to_string(best.node.memory_bytes / plan::gibibyte) + "Gi), " +
         (nodes == 1 ? std::string("1 node") : std::to_string(nodes) + " nodes") +
         ": the least GPU memory of " + cloud + " that " + model +
         " fits on (kaitoctl plan shows the others)";
}

std::string cloud_of(const ModelRequest& request, const validate::Context& cluster) {
  if (!request.cloud.empty()) return request.cloud;
  return cluster.cloud.empty() ? "azure" : cluster.cloud;
}

}  // namespace

Result<InstanceChoice> choose_instance_type(const ModelRequest& request,
                                            const catalog::ResolvedPreset& model,
                                            const validate::Context& cluster,
                                            const catalog::Catalog& catalog) {
  if (cluster.own_nodes) {
    return fail(ErrorCode::usage,
                "this cluster's operator makes no nodes, so there is no instance type to choose",
                "say which of the cluster's nodes to use: --node-selector KEY=VALUE");
  }
  if (model.preset == nullptr || !model.preset->weights) {
    return fail(
        ErrorCode::usage,
        "the size of " + model.name + " is not known here, so no instance type can be chosen",
        "give one: --instance-type SKU (kaitoctl skus list)");
  }
  plan::Question question;
  // A release that is no number ("nightly") is taken for the newest.
  if (const auto release = plan::find_release(cluster.operator_release))
    question.release = *release;
  KAITO_TRY(question.model, plan::model_facts(catalog, *model.preset, question.release));
  KAITO_TRY(question.required, plan::requirement(catalog, *model.preset, question.release));
  if (request.runtime == "transformers") question.runtime = plan::Runtime::transformers;
  question.context_tokens = plan::scanned_max_model_len(request.config_text);
  const std::string cloud = cloud_of(request, cluster);
  const plan::Ranking ranking = plan::rank(catalog, cloud, question);
  if (ranking.fitting.empty()) {
    return fail(ErrorCode::usage, "no instance type of " + cloud + " holds " + model.name,
                "kaitoctl plan " + model.name + " --cloud " + cloud +
                    " says why; or give one: --instance-type SKU");
  }
  const plan::Candidate& best = ranking.fitting.front();
  return InstanceChoice{best.node.name, reason_for(best, cloud, model.name)};
}

}  // namespace kaito::ops
