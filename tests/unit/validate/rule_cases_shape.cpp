#include "rule_cases.hpp"

namespace kaito::test {

std::vector<RuleCase> shape_cases() {
  return {
      {"K001", Base::tuning, "",
       "{tuning: {output: {image: ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1}}}",
       "K001 error tuning.output.image\n",
       "{tuning: {output: {image: here.azurecr.io/image:0.0.1}}}"},
      {"K002", Base::inference, "", "{apiVersion: apps/v1}", "K002 error apiVersion\n",
       "{apiVersion: kaito.sh/v1alpha1}"},
      {"S01", Base::inference, "", "{resource: {labelSelector: null}}",
       "S01 error resource.labelSelector\n", "{resource: {labelSelector: {matchLabels: {a: b}}}}"},
      {"S01", Base::inference, "", "{resource: null}", "S01 error resource\n", "{}"},
      {"S02", Base::inference, "", "{inference: {preset: {name: null}}}",
       "S02 error inference.preset.name\n", "{}"},
      {"S03", Base::tuning, "", "{tuning: {input: null}}", "S03 error tuning.input\n", "{}"},
      {"S03", Base::tuning, "", "{tuning: {output: null}}", "S03 error tuning.output\n", "{}"},
      {"S04", Base::inference, "", "{inference: {preset: {accessMode: secret}}}",
       "S04 error inference.preset.accessMode\n", "{inference: {preset: {accessMode: public}}}"},
      {"S05", Base::inference, "own", "{resource: {instanceType: null, partition: {mode: slices}}}",
       "S05 error resource.partition.mode\n",
       "{resource: {instanceType: null, partition: {mode: mig, profile: 7g.80gb}}}"},
      {"S06", Base::inference, "own",
       "{resource: {instanceType: null, partition: {mode: accelerator, count: 0}}}",
       "V021 info resource.partition.mode\nS06 error resource.partition.count\n",
       "{resource: {instanceType: null, partition: {mode: accelerator, count: 1}}}"},
      {"S07", Base::inference, "", "{resource: {instanceType: 4, count: two}}",
       "S07 error resource.count\nS07 error resource.instanceType\n", "{resource: {count: 1}}"},
      {"S07", Base::inference, "", "{inference: text}", "S07 error inference\n", "{}"},
      {"S07", Base::inference, "", "{resource: {labelSelector: {matchLabels: {apps: true}}}}",
       "S07 error resource.labelSelector.matchLabels.apps\n",
       "{resource: {labelSelector: {matchLabels: {apps: \"true\"}}}}"},
      {"S09", Base::inference_set, "", "{spec: {template: {inference: null}}}",
       "S09 error spec.template.inference\n", "{}"},
      {"V010", Base::inference, "", "{resource: {instanceTyp: x}}",
       "V010 error resource.instanceTyp\n", "{}"},
      {"V010", Base::inference, "",
       "{apiVersion: kaito.sh/v1alpha1, inference: {preset: {presetOptions: "
       "{modelAccessSecret: s}}}}",
       "V010 error inference.preset.presetOptions.modelAccessSecret\n",
       "{inference: {preset: {presetOptions: {modelAccessSecret: s}}}}"},
      {"V010", Base::inference_set, "", "{spec: {template: {resource: {count: 1}}}}",
       "V010 error spec.template.resource.count\n", "{}"},
      // What the schema leaves open and the webhook's decoder does not.
      {"V010", Base::inference, "",
       "{inference: {preset: null, template: {spec: {nodeSelecter: {a: b}, containers: [{name: a, "
       "image: b, env: [{name: A, value: 1}], ports: [{containerPort: \"80\"}], resources: "
       "{limits: {nvidia.com/gpu: one}}}]}}}}",
       "V010 error inference.template.spec.nodeSelecter\n"
       "V010 error inference.template.spec.containers[0].env[0].value\n"
       "V010 error inference.template.spec.containers[0].ports[0].containerPort\n"
       "V010 error inference.template.spec.containers[0].resources.limits[\"nvidia.com/gpu\"]\n",
       "{inference: {preset: null, template: {metadata: {labels: {a: b}, creationTimestamp: null}, "
       "spec: {NodeSelector: {a: b}, volumes: [{name: shm, emptyDir: {medium: Memory, sizeLimit: "
       "1Gi}}], containers: [{name: a, image: b, env: [{name: A, valueFrom: {secretKeyRef: {name: "
       "s, key: k}}}], ports: [{containerPort: 80}], livenessProbe: {httpGet: {path: /, port: "
       "http}}, resources: {limits: {nvidia.com/gpu: 1, memory: 1.5Gi}}}]}}}}"},
      {"V010", Base::inference, "",
       "{inference: {preset: null, template: {spec: {containers: {name: a, image: b}}}}}",
       "V010 error inference.template.spec.containers\n"
       "K043 error inference.template.spec.containers\n",
       ""},
      {"V010", Base::tuning, "",
       "{tuning: {input: {urls: null, volumeSource: {persistentVolumeClaim: {claim: c}}}, output: "
       "{image: null, imagePushSecret: null, volumeSource: {emptyDirs: {}}}}}",
       "V010 error tuning.input.volumeSource.persistentVolumeClaim.claim\n"
       "V010 error tuning.output.volumeSource.emptyDirs\n",
       "{tuning: {input: {urls: null, volumeSource: {persistentVolumeClaim: {claimName: c}}}, "
       "output: {image: null, imagePushSecret: null, volumeSource: {emptyDir: {}}}}}"},
      {"V010", Base::inference, "",
       "{inference: {adapters: [{source: {name: a, volumeSource: {hostPath: /data}}}]}}",
       "V010 error inference.adapters[0].source.volumeSource.hostPath\n",
       "{inference: {adapters: [{source: {name: a, volumeSource: {hostPath: {path: /data}}}}]}}"},
      {"V010", Base::inference_set, "",
       "{spec: {template: {metadata: {label: {a: b}}}, autoUpgrade: {enable: true, "
       "maintenanceWindow: {schedule: \"@daily\", duration: 4}}}}",
       "V010 error spec.template.metadata.label\n"
       "S07 error spec.autoUpgrade.maintenanceWindow.duration\n"
       "V010 error spec.autoUpgrade.enable\n",
       "{spec: {template: {metadata: {labels: {a: b}}}, autoUpgrade: {enabled: true, "
       "maintenanceWindow: {schedule: \"@daily\", duration: 4h}}}}"},

      {"V001", Base::inference, "", "{metadata: {name: phi-3.5-mini}}",
       "V001 error metadata.name\n", "{metadata: {name: phi-3-5-mini}}"},
      {"V001", Base::inference, "", "{metadata: {name: null}}", "V001 error metadata.name\n",
       "{metadata: {name: null, generateName: chat-}}"},
      {"K003", Base::inference, "",
       "{metadata: {name: a23456789-123456789-123456789-123456789-123456789-12345}}",
       "K003 error metadata.name\n",
       "{metadata: {name: a23456789-123456789-123456789-123456789-123456789-1234}}"},
      {"K003", Base::inference_set, "",
       "{metadata: {name: a23456789-123456789-123456789-123456789-123456789}}",
       "K003 error metadata.name\n",
       "{metadata: {name: a23456789-123456789-123456789-123456789-12345678}}"},
      {"K004", Base::inference, "", "{metadata: {name: 7b-chat}}", "K004 warning metadata.name\n",
       "{metadata: {name: chat-7b}}"},
      {"K005", Base::inference, "",
       "{inference: {config: My_Config, preset: {presetOptions: {modelAccessSecret: \"a b\"}}}}",
       "K005 error inference.preset.presetOptions.modelAccessSecret\n"
       "K005 error inference.config\n",
       "{inference: {config: my.config, preset: {presetOptions: {modelAccessSecret: hf}}}}"},
      {"K005", Base::tuning, "", "{tuning: {output: {imagePushSecret: Push}, config: a/b}}",
       "K005 error tuning.config\nK005 error tuning.output.imagePushSecret\n",
       "{tuning: {config: training}}"},

      {"V006", Base::inference, "", "{metadata: {annotations: {kaito.sh/node-image-family: cos}}}",
       "V006 error metadata.annotations[\"kaito.sh/node-image-family\"]\n",
       "{metadata: {annotations: {kaito.sh/node-image-family: \" AzureLinux\"}}}"},
      {"V007", Base::inference, "", "{metadata: {annotations: {kaito.sh/performance-mode: \"\"}}}",
       "V007 error metadata.annotations[\"kaito.sh/performance-mode\"]\n",
       "{metadata: {annotations: {kaito.sh/performance-mode: throughput}}}"},
      {"V007", Base::inference_set, "",
       "{spec: {template: {metadata: {annotations: {kaito.sh/performance-mode: fast}}}}}",
       "V007 error spec.template.metadata.annotations[\"kaito.sh/performance-mode\"]\n",
       "{spec: {template: {metadata: {annotations: {kaito.sh/performance-mode: balanced}}}}}"},
      {"V008", Base::inference, "",
       "{metadata: {annotations: {kaito.sh/use-local-weights: \"True\"}}}",
       "V008 error metadata.annotations[\"kaito.sh/use-local-weights\"]\n",
       "{metadata: {annotations: {kaito.sh/use-local-weights: \"true\"}}}"},
      {"K010", Base::inference, "",
       "{metadata: {annotations: {kaito.sh/bypass-resource-checks: \"false\"}}}",
       "K010 warning metadata.annotations[\"kaito.sh/bypass-resource-checks\"]\n",
       "{metadata: {annotations: {kaito.sh/bypass-resource-checks: \"true\"}}}"},
      {"K011", Base::inference, "", "{metadata: {annotations: {kaito.sh/enablelb: \"true\"}}}",
       "K011 warning metadata.annotations[\"kaito.sh/enablelb\"]\n",
       "{metadata: {annotations: {kaito.sh/enablelb: \"True\"}}}"},
      {"K012", Base::inference, "", "{metadata: {annotations: {kaito.sh/runtime: transformer}}}",
       "K012 warning metadata.annotations[\"kaito.sh/runtime\"]\n",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}}"},
      {"K013", Base::inference, "",
       "{metadata: {annotations: {kaito.sh/disable-benchmark: \"True\"}}}",
       "K013 warning metadata.annotations[\"kaito.sh/disable-benchmark\"]\n",
       "{metadata: {annotations: {kaito.sh/disable-benchmark: \"true\"}}}"},
      {"K014", Base::inference, "", "{metadata: {annotations: {kaito.sh/enable-lb: \"True\"}}}",
       "K014 warning metadata.annotations[\"kaito.sh/enable-lb\"]\n",
       "{metadata: {annotations: {scaledobject.kaito.sh/auto-provision: \"true\", "
       "example.com/runtime: x}}}"},
      {"K014", Base::inference, "", "{metadata: {annotations: {kaito.sh/runtim: vllm}}}",
       "K014 warning metadata.annotations[\"kaito.sh/runtim\"]\n", "{}"},
  };
}

}  // namespace kaito::test
