#include "rule_cases.hpp"

namespace kaito::test {

std::vector<RuleCase> release_cases() {
  return {
      {"S10", Base::inference, "release=v0.3.2",
       "{apiVersion: kaito.sh/v1alpha1, metadata: {name: phi_4}, inference: {preset: {name: "
       "phi-3-mini-4k-instruct}}}",
       "V001 warning metadata.name\nS10 error metadata.name\n",
       "{apiVersion: kaito.sh/v1alpha1, metadata: {name: phi.4}, inference: {preset: {name: "
       "phi-3-mini-4k-instruct}}}"},
      {"K006", Base::inference, "written release=v0.4.4",
       "{inference: {preset: {name: phi-3-mini-4k-instruct}}}", "K006 error apiVersion\n",
       "{apiVersion: kaito.sh/v1alpha1, inference: {preset: {name: phi-3-mini-4k-instruct}}}"},
      {"K006", Base::inference_set, "written release=v0.10.0", "{}", "K006 error apiVersion\n",
       "{apiVersion: kaito.sh/v1alpha1}"},
      {"K006", Base::inference_set, "written release=v0.7.0",
       "{spec: {template: {inference: {preset: {name: phi-4}}}}}", "K006 error kind\n", ""},
      {"K007", Base::inference, "written release=v0.12.0", "{apiVersion: kaito.sh/v1alpha1}",
       "K007 error apiVersion\n", "{}"},
      {"K007", Base::inference, "written", "{apiVersion: kaito.sh/v1alpha1}",
       "K007 warning apiVersion\n",
       "{apiVersion: kaito.sh/v1alpha1, inference: {preset: null, template: {spec: {containers: "
       "[{name: a, image: b}]}}}}"},
      {"K007", Base::inference, "", "", "", "{apiVersion: kaito.sh/v1alpha1}"},
      {"K008", Base::inference, "",
       "{metadata: {annotations: {kaitoctl.dev/ignore: \"K020,K999\"}}}",
       "K008 warning metadata.annotations[\"kaitoctl.dev/ignore\"]\n",
       "{metadata: {annotations: {kaitoctl.dev/ignore: \"K020, V047\"}}}"},
      {"K009", Base::inference, "release=v0.2.0",
       "{apiVersion: kaito.sh/v1alpha1, inference: {preset: {name: phi-2}, config: c}}",
       "V011 warning inference.preset.name\nK009 warning inference.config\n",
       "{apiVersion: kaito.sh/v1alpha1, inference: {preset: {name: phi-2}}}"},
      {"K015", Base::inference, "release=v0.9.0",
       "{metadata: {annotations: {kaito.sh/performance-mode: throughput}}}",
       "K015 warning metadata.annotations[\"kaito.sh/performance-mode\"]\n",
       "{metadata: {annotations: {kaito.sh/runtime: vllm}}}"},
      {"K016", Base::inference, "",
       "{metadata: {annotations: {kaito.sh/runtime: transformers, kaito.sh/performance-mode: "
       "throughput}}}",
       "K016 warning metadata.annotations[\"kaito.sh/performance-mode\"]\n",
       "{metadata: {annotations: {kaito.sh/performance-mode: throughput}}}"},
      {"K016", Base::tuning, "", "{metadata: {annotations: {kaito.sh/enablelb: \"True\"}}}",
       "K016 warning metadata.annotations[\"kaito.sh/enablelb\"]\n", "{}"},
      {"K017", Base::inference_set, "", "{metadata: {annotations: {kaito.sh/runtime: vllm}}}",
       "K017 warning metadata.annotations[\"kaito.sh/runtime\"]\n",
       "{metadata: {annotations: {kaito.sh/disable-benchmark: \"true\"}}, spec: {template: "
       "{metadata: {annotations: {kaito.sh/runtime: vllm}}}}}"},
      {"K048", Base::inference, "",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}, inference: {config: c}}",
       "K048 warning inference.config\n", "{inference: {config: c}}"},
      {"K060", Base::inference_set, "",
       "{spec: {nodeCountLimit: 3, updateStrategy: {type: RollingUpdate}}}",
       "K060 warning spec.nodeCountLimit\nK060 warning spec.updateStrategy\n", "{}"},

      {"S09", Base::inference_set, "", "{spec: {autoUpgrade: {maintenanceWindow: {}}}}",
       "S09 error spec.autoUpgrade.maintenanceWindow.schedule\n",
       "{spec: {autoUpgrade: {enabled: true, strategy: Surge}}}"},
      {"V121", Base::inference_set, "",
       "{spec: {autoUpgrade: {maintenanceWindow: {schedule: \"\"}}}}",
       "V121 error spec.autoUpgrade.maintenanceWindow.schedule\n",
       "{spec: {autoUpgrade: {maintenanceWindow: {schedule: \"0 2 * * sat\"}}}}"},
      {"V122", Base::inference_set, "",
       "{spec: {autoUpgrade: {maintenanceWindow: {schedule: \"0 2 * * 7\"}}}}",
       "V122 error spec.autoUpgrade.maintenanceWindow.schedule\n",
       "{spec: {autoUpgrade: {maintenanceWindow: {schedule: \"@every 1h\"}}}}"},
      {"V123", Base::inference_set, "",
       "{spec: {autoUpgrade: {maintenanceWindow: {schedule: \"@daily\", duration: 0s}}}}",
       "V123 error spec.autoUpgrade.maintenanceWindow.duration\n",
       "{spec: {autoUpgrade: {maintenanceWindow: {schedule: \"@daily\", duration: 4h}}}}"},

      {"V032", Base::inference, "", "{inference: {preset: {name: org/model}}}",
       "V032 info inference.preset.name\n", "{inference: {preset: {name: microsoft/phi-4}}}"},
      {"V032", Base::inference, "", "{inference: {preset: {name: org/a/model}}}",
       "V032 error inference.preset.name\n", "{}"},
      {"V039", Base::inference, "release=v0.3.2",
       "{apiVersion: kaito.sh/v1alpha1, resource: {instanceType: Standard_NC48ads_A100_v4}, "
       "inference: {preset: {name: llama-2-7b}}}",
       "V038 warning inference.preset.name\nV039 error inference.preset.accessMode\n",
       "{apiVersion: kaito.sh/v1alpha1, resource: {instanceType: Standard_NC48ads_A100_v4}, "
       "inference: {preset: {name: llama-2-7b, accessMode: private, presetOptions: {image: "
       "r.io/a:1}}}}"},
      {"V042", Base::inference, "release=v0.4.5",
       "{apiVersion: kaito.sh/v1alpha1, inference: {preset: {name: falcon-7b}, adapters: [{source: "
       "{name: a, image: i}}]}}",
       "V038 warning inference.preset.name\nV042 error inference.adapters\n",
       "{apiVersion: kaito.sh/v1alpha1, inference: {preset: {name: falcon-7b}}}"},
      {"V044", Base::inference, "release=v0.9.0",
       "{resource: {instanceType: Standard_NC96ads_A100_v4}, inference: {preset: {name: "
       "llama-3.1-8b-instruct}}}",
       "V044 error inference.preset.presetOptions.modelAccessSecret\n",
       "{inference: {preset: {name: llama-3.1-8b-instruct, presetOptions: {modelAccessSecret: "
       "hf}}}}"},
      {"V045", Base::inference, "release=v0.4.6",
       "{inference: {preset: {name: phi-3-mini-4k-instruct, presetOptions: {modelAccessSecret: "
       "hf}}}}",
       "V045 error inference.preset.presetOptions.modelAccessSecret\n",
       "{inference: {preset: {name: phi-3-mini-4k-instruct}}}"},
      {"L03", Base::tuning, "release=v0.4.5",
       "{tuning: {input: {urls: null, volumeSource: {emptyDir: {}}}}}",
       "L03 error tuning.input.volumeSource\n", "{}"},
      {"L04", Base::tuning, "release=v0.3.2",
       "{apiVersion: kaito.sh/v1alpha1, tuning: {preset: {name: phi-3-mini-4k-instruct}, output: "
       "{image: o}}}",
       "L04 error tuning.output.image\n",
       "{apiVersion: kaito.sh/v1alpha1, tuning: {preset: {name: phi-3-mini-4k-instruct}}}"},
      {"L06", Base::inference, "release=v0.9.0",
       "{inference: {adapters: [{source: {name: a, volumeSource: {emptyDir: {}}}}]}}",
       "L06 error inference.adapters[0].source.image\n", "{}"},
      {"L07", Base::inference, "own release=v0.7.0", "{resource: {instanceType: null}}",
       "L07 error resource.preferredNodes\n",
       "{resource: {instanceType: null, preferredNodes: [a]}}"},
      {"L09", Base::inference, "release=v0.7.2",
       "{inference: {preset: {name: llama-3.1-8b-instruct}}}",
       "K041 warning inference.preset.presetOptions.modelAccessSecret\n"
       "L09 error inference.preset.presetOptions.modelAccessSecret\n",
       "{inference: {preset: {name: llama-3.1-8b-instruct, presetOptions: {modelAccessSecret: "
       "hf}}}}"},
      {"L11", Base::inference, "release=v0.10.0", "{inference: {preset: {name: Phi-4}}}",
       "L11 error inference.preset.name\n", "{}"},
      {"L13", Base::inference_set, "release=v0.10.0", "{spec: {replicas: 0}}",
       "L13 error spec.replicas\n", "{}"},
  };
}

}  // namespace kaito::test
