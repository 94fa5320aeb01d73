#include "validate/explanation.hpp"

namespace kaito::validate {

namespace {

constexpr Explanation kExplanations[] = {
    {"L01", "v0.1.0", "v0.9.1", Versions::both,
     "Packages said how many GPUs a model needs, over all nodes.",
     "Take more GPUs, or a newer operator."},
    {"L02", "v0.1.0", "v0.7.0", Versions::both, "Packages said how much memory each GPU needs.",
     "Take larger GPUs, or a newer operator."},
    {"L03", "v0.3.0", "v0.5.0", Versions::both, "Volumes for data were not there yet.",
     "Use an image, or a newer operator."},
    {"L04", "v0.3.0", "v0.4.5", Versions::both,
     "Images had to match a pattern: registry, name and tag, the name in lower case.",
     "Write REGISTRY/NAME:TAG."},
    {"L05", "v0.3.0", "v0.5.0", Versions::both, "V094 says more.", "Give an image."},
    {"L06", "v0.3.0", "v0.10.0", Versions::both, "Adapters came in images alone.",
     "Put the adapter into an image."},
    {"L07", "v0.7.0", "v0.8.0", Versions::both, "Own nodes had to be named one by one.",
     "Name as many nodes as count says."},
    {"L08", "v0.4.5", "v0.7.0", Versions::v1beta1, "The same as V063.",
     "Write vllm.max-model-len."},
    {"L09", "v0.4.6", "v0.8.0", Versions::v1beta1,
     "The operator did not tell which models need a token, and wanted one for each download.",
     "Name a Secret with any token."},
    {"L10", "", "v0.4.0", Versions::both,
     "Old operators had no rule for names and one table of instance types; an unknown model "
     "crashed the webhook.",
     "Use a newer operator."},
    {"L11", "", "v0.11.0", Versions::both, "The name was looked for exactly as written.",
     "Write the name in lower case."},
    {"L12", "v0.3.0", "v0.3.1", Versions::both, "v0.3.0 fixed the data of a tuning Workspace.",
     "Take another name."},
    {"L13", "v0.9.0", "v0.11.0", Versions::both, "Scaling to nothing came with v0.11.0.",
     "Write 1 or more."},
    {"L14", "v0.4.1", "v0.4.5", Versions::both, "The same as V059, and with any runtime.",
     "Create the ConfigMap first."},
};

}  // namespace

std::span<const Explanation> legacy_explanations() {
  return kExplanations;
}

}  // namespace kaito::validate
