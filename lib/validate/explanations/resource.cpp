#include "validate/explanation.hpp"

namespace kaito::validate {

namespace {

constexpr Explanation kExplanations[] = {
    {"V004", "v0.8.0", "", Versions::v1beta1,
     "On the cluster's own nodes the operator creates none, and an instance type would promise "
     "that it does.",
     "Remove instanceType; the label selector finds the nodes."},
    {"V005", "v0.8.0", "", Versions::v1beta1,
     "The operator creates nodes of that instance type; without one it cannot. Only an operator "
     "for the cluster's own nodes does without.",
     "Name a GPU instance type; kaitoctl skus list shows them."},
    {"V119", "v0.12.0", "", Versions::both, "As V004, for the Workspaces of the set.",
     "Remove instanceType from the template."},
    {"V120", "v0.12.0", "", Versions::both, "As V005, for the Workspaces of the set.",
     "Name a GPU instance type in the template."},
    {"V006", "v0.9.0", "", Versions::both,
     "The annotation chooses the image of the nodes, and there are two.",
     "Write ubuntu or azurelinux."},
    {"V007", "v0.10.0", "", Versions::v1beta1,
     "The annotation chooses a set of vLLM's settings; the webhook refuses another value on "
     "creation, an empty one too.",
     "Write balanced, interactivity or throughput, or remove it."},
    {"V008", "v0.12.0", "", Versions::v1beta1, "The webhook wants exactly one of two words.",
     "Write \"true\" or \"false\"."},
    {"V009", "v0.12.0", "", Versions::v1beta1,
     "With karpenter the operator makes nodes of NodeClasses that it was started with, and of no "
     "others.",
     "Name one of the operator's NodeClasses, or remove the annotation for its default."},
    {"V012", "", "", Versions::both,
     "The selector becomes labels of new nodes, so that it has to be key = value pairs; other "
     "operators cannot be written as labels.",
     "Use matchLabels."},
    {"V013", "v0.11.0", "", Versions::v1beta1,
     "The operator takes its own labels out of a selector; when nothing else is left, the selector "
     "would choose every node.",
     "Add a label of your own, such as apps: NAME."},
    {"V014", "v0.12.0", "", Versions::v1beta1,
     "Partitions work on nodes that an administrator has prepared; nodes that the operator creates "
     "are not.",
     "Remove the partition, or use the cluster's own nodes."},
    {"V015", "v0.12.0", "", Versions::v1beta1, "The schema has the same list (S05).",
     "Write mig or accelerator."},
    {"V016", "v0.12.0", "", Versions::v1beta1,
     "MIG slices are behind a feature gate of the operator that is off by default.",
     "Start the operator with --feature-gates=enableMIG=true."},
    {"V017", "v0.12.0", "", Versions::v1beta1,
     "A MIG partition is one slice; count belongs to whole GPUs.", "Remove count."},
    {"V018", "v0.12.0", "", Versions::v1beta1,
     "A profile is GPU slices and memory, such as 1g.10gb; the operator reads both numbers from "
     "it.",
     "Write the profile as nvidia-smi mig -lgip shows it, without the MIG prefix."},
    {"V019", "v0.12.0", "", Versions::v1beta1,
     "The operator has a list of profiles, and asks the node for nvidia.com/mig-PROFILE.",
     "Write one of the profiles that the GPU has."},
    {"V020", "v0.12.0", "", Versions::v1beta1,
     "The weights have to fit the slice: slices are not joined.",
     "Take a larger profile or a smaller model. The annotation kaito.sh/bypass-resource-checks "
     "turns the check off."},
    {"V021", "v0.12.0", "", Versions::v1beta1,
     "Partitions of whole GPUs are behind a feature gate of the operator that is off by default.",
     "Start the operator with --feature-gates=enableAccelerator=true."},
    {"V022", "v0.12.0", "", Versions::v1beta1, "A profile belongs to MIG.", "Remove profile."},
    {"V023", "v0.12.0", "", Versions::v1beta1,
     "The operator has to know how many GPUs of the node to use.", "Write count."},
    {"V024", "v0.8.0", "", Versions::v1beta1,
     "On the cluster's own nodes the operator looks for the nodes on creation, and refuses when "
     "the labels choose none.",
     "Label the GPU nodes, or correct the selector."},
    {"V025", "v0.8.0", "", Versions::v1beta1,
     "The operator reads product, count and memory of the GPUs from labels that GPU feature "
     "discovery writes; every chosen node has to have them.",
     "Install GPU feature discovery, and choose GPU nodes alone."},
    {"V026", "v0.8.0", "", Versions::v1beta1, "A model is served on nodes of one kind.",
     "Add a label that only nodes of one GPU model carry."},
    {"V027", "v0.8.0", "", Versions::v1beta1, "A model is served on nodes of one kind.",
     "Add a label that only nodes with the same number of GPUs carry."},
    {"V028", "v0.8.0", "", Versions::v1beta1, "A model is served on nodes of one kind.",
     "Add a label that only nodes with the same GPU memory carry."},
    {"V029", "v0.8.0", "", Versions::v1beta1,
     "The operator failed to list the nodes: nothing in the Workspace causes it.",
     "Look at the operator's log and permissions."},
    {"V030", "v0.4.0", "", Versions::both,
     "The operator's CLOUD_PROVIDER is unset or unknown: nothing in the Workspace causes it.",
     "Set cloudProviderName in the operator's Helm values."},
    {"V031", "v0.1.0", "", Versions::both,
     "The operator has a table of GPU instance types per cloud, and refuses others (on Azure names "
     "that begin with Standard_N or Standard_D get in all the same).",
     "Choose one of kaitoctl skus list."},
    {"V033", "v0.9.1", "", Versions::both,
     "The operator's own figure for the model cannot be read: nothing in the Workspace causes it.",
     "Report it to the KAITO project."},
    {"V034", "v0.1.0", "", Versions::both,
     "Admission compares the weights with the GPU memory of all nodes together: with the "
     "transformers runtime, on own nodes, and up to v0.6 always. vLLM on new nodes is not checked; "
     "K034 and K035 are about that.",
     "Take a larger instance type or more nodes. The annotation kaito.sh/bypass-resource-checks "
     "turns the check off."},
    {"V035", "v0.5.0", "", Versions::v1beta1,
     "The transformers runtime does not span nodes, so that one node has to hold the weights. No "
     "annotation lifts this.",
     "Take a larger instance type, or let vLLM serve the model."},
};

}  // namespace

std::span<const Explanation> resource_explanations() {
  return kExplanations;
}

}  // namespace kaito::validate
