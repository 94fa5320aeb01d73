#include "validate/explanation.hpp"

namespace kaito::validate {

namespace {

constexpr Explanation kExplanations[] = {
    {"V068", "v0.3.0", "", Versions::both, "Tuning runs as one Job on one node.",
     "Write count: 1 or remove it."},
    {"V069", "v0.12.0", "", Versions::v1beta1, "Tuning takes whole nodes.",
     "Remove the partition."},
    {"V070", "v0.3.0", "", Versions::both, "There are two methods.", "Write lora or qlora."},
    {"V071", "v0.3.0", "", Versions::both,
     "The operator does not know its own namespace: nothing in the Workspace causes it.",
     "Look at the operator's Deployment."},
    {"V072", "v0.3.0", "", Versions::both,
     "The settings are read when the Workspace is created: the ConfigMap has to be there first, in "
     "the same namespace.",
     "Create the ConfigMap first, or leave config out for the defaults of the method."},
    {"V073", "v0.3.0", "", Versions::both, "The operator looks for one key.",
     "Put the settings under training_config.yaml."},
    {"V074", "v0.3.0", "", Versions::both, "The operator reads the text as YAML.",
     "Correct the YAML."},
    {"V075", "v0.3.0", "", Versions::both, "All settings stand below training_config.",
     "Write training_config: and the sections below it."},
    {"V076", "v0.4.5", "", Versions::both, "A name that is no text is unknown as well (V077).",
     "Spell the section as the operator has it."},
    {"V077", "v0.3.0", "", Versions::both,
     "The operator knows six sections and minds the letter case.",
     "Spell the section as the operator has it."},
    {"V078", "v0.3.0", "", Versions::both, "The flags are booleans; \"true\" in quotes is a text.",
     "Write true or false without quotes."},
    {"V079", "v0.3.0", "", Versions::both, "Weights are loaded in one size.",
     "Keep load_in_4bit or load_in_8bit."},
    {"V080", "v0.3.0", "", Versions::both, "lora works on the full weights.",
     "Set both flags to false, or the method to qlora."},
    {"V081", "v0.3.0", "", Versions::both, "qlora is lora on quantized weights.",
     "Set load_in_4bit: true, or the method to lora."},
    {"V082", "v0.3.0", "", Versions::both, "The operator reads the output folder from there.",
     "Write a map, and output_dir as a text."},
    {"V083", "v0.3.0", "", Versions::both, "The result is taken from a volume mounted at /mnt.",
     "Write a folder below /mnt, such as results."},
    {"V084", "", "", Versions::both, "The schema requires it (S03).", "Write tuning.input."},
    {"V085", "", "", Versions::both, "The data comes from one place.",
     "Keep one of urls, volumeSource and image."},
    {"V086", "v0.3.0", "", Versions::both,
     "The image is pulled by the node, as docker reads names.",
     "Write REGISTRY/NAME:TAG in lower case."},
    {"V087", "", "", Versions::both, "The schema requires it (S03).", "Write tuning.output."},
    {"V088", "v0.3.0", "", Versions::both, "The image is pushed, as docker reads names.",
     "Write REGISTRY/NAME:TAG in lower case."},
    {"V089", "v0.12.0", "", Versions::v1beta1, "The data is downloaded inside the cluster.",
     "Write a whole URL: https://HOST/PATH."},
    {"V090", "v0.12.0", "", Versions::v1beta1, "Other schemes are not downloaded.",
     "Use http or https."},
    {"V091", "v0.12.0", "", Versions::v1beta1,
     "Addresses of the machine itself and of metadata services would hand out what is not the "
     "user's.",
     "Use a public address."},
    {"V092", "v0.12.0", "", Versions::v1beta1,
     "Private and local addresses would hand out what is not the user's.",
     "Use a public address, an image or a volume."},
    {"V093", "v0.3.0", "", Versions::both, "Registries take images from those who log in.",
     "Write imagePushSecret: a Secret of type kubernetes.io/dockerconfigjson."},
    {"V094", "v0.3.0", "", Versions::both, "The result goes to one place.",
     "Keep image or volumeSource."},
    {"V095", "", "", Versions::both, "Tuning starts from a model.", "Write tuning.preset.name."},
    {"V096", "v0.3.0", "", Versions::both,
     "The name is neither a model of the operator's release nor a Hugging Face id.",
     "kaitoctl models list --tunable shows the names."},
};

}  // namespace

std::span<const Explanation> tuning_explanations() {
  return kExplanations;
}

}  // namespace kaito::validate
