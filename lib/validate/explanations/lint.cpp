#include "validate/explanation.hpp"

namespace kaito::validate {

namespace {

constexpr Explanation kExplanations[] = {
    {"K000", "", "", Versions::both,
     "A file that cannot be read as YAML says nothing that could be checked. Documents after the "
     "broken one are checked.",
     "Correct the text at the place that is named."},
    {"K001", "", "", Versions::both,
     "Examples come with words to be replaced. The API server takes them; pulling "
     "ACR_REPO_HERE.azurecr.io/... then fails for ever.",
     "Put your own value there."},
    {"K002", "", "", Versions::both,
     "Without apiVersion and kind nobody knows what the document is.",
     "Write apiVersion: kaito.sh/v1beta1 and kind: Workspace."},
    {"K003", "", "", Versions::both,
     "The operator makes a Service NAME-headless, which has to fit 63 characters; without it a "
     "model on several nodes never finds itself.",
     "Take a shorter name."},
    {"K004", "", "", Versions::both,
     "API servers before Kubernetes 1.34 want the name of a Service to begin with a letter.",
     "Begin the name with a letter."},
    {"K005", "", "", Versions::both,
     "No object can have such a name, so that the operator will never find it.",
     "Write the name of the object."},
    {"K006", "", "", Versions::both, "The operator's release does not serve that kind or version.",
     "Write the version that it serves, or update the operator."},
    {"K007", "", "", Versions::both,
     "Since v0.11.0 the webhook looks the models of v1alpha1 up in a register that starts empty, "
     "and crashes; the API server then refuses the object.",
     "Write apiVersion: kaito.sh/v1beta1."},
    {"K008", "", "", Versions::both, "A code that there is not silences nothing.",
     "Take the code from the finding, or from --list-rules."},
    {"K009", "", "", Versions::both,
     "The schema of that release does not have the field, so that the API server drops it.",
     "Remove it, or update the operator."},
    {"K010", "", "", Versions::both,
     "The operator looks whether the annotation is there, not at its value.",
     "Remove the annotation to keep the checks."},
    {"K011", "", "", Versions::both, "Any value but True leaves the Service inside the cluster.",
     "Write \"True\", or remove the annotation."},
    {"K012", "", "", Versions::both, "Any value but transformers means vLLM.",
     "Write vllm or transformers."},
    {"K013", "", "", Versions::both, "Any value but true leaves the benchmark on.",
     "Write \"true\", or remove the annotation."},
    {"K014", "", "", Versions::both, "Nobody reads a misspelt annotation.",
     "Spell it as KAITO does."},
    {"K015", "", "", Versions::both, "The release is older than the annotation.",
     "Remove it, or update the operator."},
    {"K016", "", "", Versions::both, "The annotation is about presets served by vLLM.",
     "Remove it."},
    {"K017", "", "", Versions::both,
     "The Workspaces of a set take their annotations from its template.",
     "Move it to spec.template.metadata.annotations."},
    {"K020", "", "", Versions::both, "Zero and less get in, and then no node is ever wanted.",
     "Write 1 or more."},
    {"K021", "", "", Versions::both, "No operator since v0.8.0 reads the list.",
     "Choose nodes by labels."},
    {"K022", "", "", Versions::both,
     "The cloud retired the type, or its GPUs are too old. Azure's webhook still lets it in for "
     "its first letters, and the operator then fails to size the model.",
     "Use the type that is named."},
    {"K023", "", "", Versions::both,
     "Admission ignores letter case, and nodes are then looked for by the exact name: none ever "
     "counts as ready.",
     "Write the name as the cloud does."},
    {"K024", "", "", Versions::both, "Models need a GPU.", "Choose one of kaitoctl skus list."},
    {"K025", "", "", Versions::both,
     "Azure's webhook lets every Standard_N and Standard_D name in. For a type without known "
     "memory no model can be sized: the Workspace stays as it is for ever. A pod template does "
     "run.",
     "Correct the name; kaitoctl skus list shows them."},
    {"K026", "", "", Versions::both,
     "vLLM needs GPUs of compute capability 7.0, and bfloat16 needs 8.0.",
     "Choose a newer instance type."},
    {"K027", "", "", Versions::both, "The images of KAITO's models are built for CUDA.",
     "Choose an instance type with NVIDIA GPUs."},
    {"K028", "", "", Versions::both,
     "With vLLM the operator reckons the number of nodes from the GPU memory, and overwrites the "
     "count.",
     "Remove it; kaitoctl plan shows the number."},
    {"K030", "", "", Versions::both,
     "Expressions pass, and are left out when nodes are chosen and labelled.",
     "Write matchLabels."},
    {"K031", "", "", Versions::both, "A selector without labels chooses every node.",
     "Add a label of your own."},
    {"K032", "", "", Versions::both,
     "The operator owns the label and takes it out of the selector.", "Remove it."},
    {"K033", "", "", Versions::both, "No node can carry such a label.", "Correct key or value."},
    {"K034", "", "", Versions::both,
     "Admission does not look at the memory with vLLM. The operator then fails to size the model: "
     "the Workspace waits for ever, and its conditions look fine.",
     "Choose an instance type with larger GPUs; kaitoctl plan shows them."},
    {"K035", "", "", Versions::both,
     "With vLLM the operator makes as many nodes as the model needs, and does not ask. Each is a "
     "machine on the bill.",
     "Choose a larger instance type, or write the number under resource.count."},
    {"K040", "", "", Versions::both, "v1beta1 kept the fields, and reads them no more.",
     "Remove them."},
    {"K041", "", "", Versions::both,
     "The hub hands the weights out with a token alone; the pod then fails to download.",
     "Put a token under HF_TOKEN into a Secret of the namespace, and name it."},
    {"K042", "", "", Versions::both, "Admission looks at the name alone; the Job then fails.",
     "Choose one of kaitoctl models list --tunable."},
    {"K043", "", "", Versions::both, "A pod needs a container.", "Write template.spec.containers."},
    {"K044", "", "", Versions::both,
     "Containers and volumes are named after the adapter, and have to fit 63 characters without "
     "dots.",
     "Take a shorter name, without dots."},
    {"K045", "", "", Versions::both, "A pod template runs as it is.", "Remove the adapters."},
    {"K046", "", "", Versions::both, "The operator reads the token from one key.",
     "Put the token under HF_TOKEN."},
    {"K047", "", "", Versions::both, "Pods that name a Secret wait until it is there.",
     "Create the Secret in the Workspace's namespace."},
    {"K048", "", "", Versions::both, "The settings are vLLM's.", "Remove config."},
    {"K050", "", "", Versions::both,
     "Admission ignores letter case; the default settings are then looked for by an empty name.",
     "Write lora or qlora."},
    {"K051", "", "", Versions::both,
     "The Job's GPU count comes from the instance type, which there is none of on own nodes.",
     "Tune where the operator creates the nodes."},
    {"K052", "", "", Versions::both,
     "The settings were not checked, since their ConfigMap was not given.",
     "Give its file too, or name a cluster."},
    {"K053", "", "", Versions::both, "Sections other than vllm have no effect.", "Write vllm."},
    {"K054", "", "", Versions::both,
     "When it reckons the nodes, the operator looks for a line with a plain number, not for YAML.",
     "Write \"  max-model-len: N\" below \"vllm:\", without quotes and comment."},
    {"K060", "", "", Versions::both, "No operator reads it.", "Remove it."},
};

}  // namespace

std::span<const Explanation> lint_explanations() {
  return kExplanations;
}

}  // namespace kaito::validate
