#include "validate/explanation.hpp"

namespace kaito::validate {

namespace {

constexpr Explanation kExplanations[] = {
    {"V002", "v0.3.0", "", Versions::both, "A Workspace serves a model or tunes one.",
     "Write inference or tuning."},
    {"V003", "v0.3.0", "", Versions::both, "A Workspace does one thing.", "Make two Workspaces."},
    {"V011", "v0.8.0", "", Versions::both,
     "The operator knows that the model was given up, and refuses it by its short name.",
     "Use the model that took its place; the Hugging Face id may still load the old one."},
    {"V032", "v0.9.0", "", Versions::v1beta1,
     "A name with a slash is looked up on Hugging Face when the Workspace is created. Whether it "
     "is there, and whether vLLM knows its architecture, is not known offline.",
     "Check the id on huggingface.co; gated models need a Secret with a token."},
    {"V036", "v0.1.0", "", Versions::both, "Without preset or template there is nothing to run.",
     "Write inference.preset.name, or a pod template."},
    {"V037", "", "", Versions::both, "The preset makes the pod template itself.",
     "Keep one of the two."},
    {"V038", "v0.1.0", "", Versions::both,
     "The name is neither a model of the operator's release nor a Hugging Face id.",
     "kaitoctl models list shows the names; ORG/NAME is a Hugging Face id."},
    {"V039", "v0.2.0", "v0.4.6", Versions::both,
     "The images of these models hold weights that may not be handed on, so that each user has to "
     "build one.",
     "Write accessMode: private and presetOptions.image."},
    {"V040", "", "", Versions::v1alpha1, "accessMode private says that the image is your own.",
     "Write presetOptions.image, or accessMode: public."},
    {"V041", "v0.4.5", "", Versions::both,
     "The transformers runtime has settings for a list of models alone.",
     "Let vLLM serve the model."},
    {"V042", "v0.4.5", "", Versions::both, "Some packages turn adapters off with vLLM.",
     "Use the transformers runtime, or another model."},
    {"V043", "v0.4.5", "", Versions::both, "vLLM applies adapters in full: there is no strength.",
     "Remove strength, or use the transformers runtime."},
    {"V044", "v0.8.0", "v0.11.0", Versions::v1beta1,
     "The hub hands the weights out with a token alone.",
     "Put a token under HF_TOKEN into a Secret of the namespace, and name it."},
    {"V045", "v0.4.6", "v0.11.0", Versions::v1beta1,
     "The weights come with the image, so that there is nothing to log in for.",
     "Remove modelAccessSecret."},
    {"V046", "v0.3.0", "", Versions::both, "The operator takes at most ten adapters, on creation.",
     "Merge adapters, or make another Workspace."},
    {"V047", "v0.3.0", "", Versions::both, "Adapters are mounted and called by their names.",
     "Give each its own name."},
    {"V048", "v0.3.0", "", Versions::both,
     "The webhook crashes on an adapter without source, so that the API server refuses the object.",
     "Write source with name and image."},
    {"V049", "v0.3.0", "", Versions::both,
     "An adapter has one place. This is checked on updates alone: the Workspace gets in, and then "
     "not even the operator can change it.",
     "Keep image or volumeSource."},
    {"V050", "v0.3.0", "", Versions::both,
     "The image is pulled by the node, as docker reads names. Checked on updates alone: the "
     "Workspace gets in, and then cannot change any more.",
     "Write REGISTRY/NAME:TAG in lower case."},
    {"V051", "v0.12.0", "", Versions::v1beta1, "Adapters cannot come from URLs at all (V055).",
     "Put the adapter into an image."},
    {"V052", "v0.3.0", "", Versions::both,
     "The name is what a client asks for as the model. Checked on updates alone: the Workspace "
     "gets in, and then cannot change any more.",
     "Write source.name."},
    {"V053", "v0.3.0", "", Versions::both,
     "The name becomes part of container names. Checked on updates alone: the Workspace gets in, "
     "and then cannot change any more.",
     "Use lower-case letters, digits and dashes."},
    {"V054", "v0.3.0", "", Versions::both,
     "An adapter has to be somewhere. Checked on updates alone: the Workspace gets in, and then "
     "cannot change any more.",
     "Write source.image or source.volumeSource."},
    {"V055", "v0.3.0", "", Versions::both,
     "Adapters are not downloaded from URLs. Checked on updates alone: the Workspace gets in, and "
     "then cannot change any more.",
     "Put the adapter into an image, its files under /data."},
    {"V056", "v0.3.0", "", Versions::both,
     "Strength is a number in quotes. Checked on updates alone: the Workspace gets in, and then "
     "cannot change any more.",
     "Write a number from 0 to 1."},
    {"V057", "v0.3.0", "", Versions::both,
     "Strength is a share. Checked on updates alone: the Workspace gets in, and then cannot change "
     "any more.",
     "Write a number from 0 to 1."},
    {"V058", "v0.4.5", "", Versions::both,
     "The operator does not know its own namespace: nothing in the Workspace causes it.",
     "Look at the operator's Deployment."},
    {"V059", "v0.4.1", "", Versions::both,
     "The settings are read when the Workspace is created: the ConfigMap has to be there first, in "
     "the same namespace.",
     "Create the ConfigMap first; kaitoctl deploy does so when both are in its input."},
    {"V060", "v0.4.1", "", Versions::both, "The operator looks for one key.",
     "Put the settings under inference_config.yaml."},
    {"V061", "v0.4.5", "", Versions::both,
     "The operator reads the text as YAML, and vllm: as a map of single values.",
     "Correct the YAML; write lists as text, as on vLLM's command line."},
    {"V062", "v0.4.5", "", Versions::v1alpha1,
     "The operator's CLOUD_PROVIDER is unset or unknown: nothing in the Workspace causes it.",
     "Set cloudProviderName in the operator's Helm values."},
    {"V063", "v0.4.5", "", Versions::both,
     "Small GPUs and several nodes do not hold the model's full context, so that the operator "
     "wants to be told a shorter one.",
     "Write vllm.max-model-len."},
    {"V064", "v0.7.0", "", Versions::v1beta1,
     "The operator compares the value with the model's limit, and takes whole numbers alone; auto, "
     "which vLLM knows, is refused.",
     "Write a number, or leave it out."},
    {"V065", "v0.7.0", "", Versions::v1beta1, "The model was not made for more tokens.",
     "Write the model's limit or less."},
    {"V066", "v0.11.0", "", Versions::v1beta1,
     "Streaming needs Azure's blob storage: nothing in the Workspace causes it.",
     "Set the annotation kaito.sh/model-streaming: disabled."},
    {"V067", "v0.11.0", "", Versions::v1beta1, "Streaming needs the driver in the cluster.",
     "Enable the blob CSI driver, or set the annotation kaito.sh/model-streaming: disabled."},
};

}  // namespace

std::span<const Explanation> inference_explanations() {
  return kExplanations;
}

}  // namespace kaito::validate
