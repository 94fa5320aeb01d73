#include "kaito/render/render.hpp"

#include <boost/json/value.hpp>

#include "render/inference.hpp"
#include "render/nodes.hpp"
#include "render/pod_template.hpp"
#include "render/services.hpp"
#include "render/tuning.hpp"
#include "render/v0_3/preset.hpp"

namespace kaito::render {

namespace {

Result<void> render_preset(const Subject& subject) {
  KAITO_TRY(Model model, find_model(subject, *subject.workspace.inference->preset));
  KAITO_TRY(PodGpus gpus, pod_gpus(subject));
  KAITO_TRY(Weights weights, find_weights(subject, model));
  KAITO_TRY(const std::int64_t nodes, node_count(subject, model.facts, gpus));
  Inference inference{subject, std::move(model), std::move(gpus), std::move(weights), nodes};
  inference.vllm = uses_vllm(subject);
  inference.decode = inference.vllm && label(subject, "kaito.sh/inference-role") == "decode";
  subject.out.nodes = nodes;
  subject.out.objects.reserve(8);

  KAITO_TRY(const Pod pod, inference_pod(inference));
  if (inference.weights.streamed()) add_model_mirror(subject, inference.model, inference.weights);
  KAITO_CHECK(add_nodes(subject, nodes, disk_size(inference.model)));
  add_services(subject);
  add_stateful_set(inference, pod);
  return {};
}

Result<void> render_subject(const Subject& subject) {
  const api::Workspace& workspace = subject.workspace;
  if (subject.input.profile->generation == Generation::transformers_images)
    return v0_3::render(subject);
  if (workspace.tuning) return render_tuning(subject);
  if (workspace.inference && workspace.inference->preset) return render_preset(subject);
  if (workspace.inference && workspace.inference->pod_template) return render_pod_template(subject);
  return fail(ErrorCode::invalid, "the Workspace has neither inference nor tuning");
}

}  // namespace

Result<Rendered> render(const api::Workspace& workspace, const RenderInput& input) {
  Rendered out;
  const std::string& own = workspace.meta.namespace_;
  const Subject subject{workspace, input, workspace.meta.name, own.empty() ? input.namespace_ : own,
                        out};
  if (auto done = render_subject(subject); !done) return fail(std::move(done.error()));
  return out;
}

}  // namespace kaito::render
