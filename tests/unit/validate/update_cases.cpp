#include "update_cases.hpp"

namespace kaito::test {

std::vector<UpdateCase> update_cases() {
  constexpr const char* kTuningInstead =
      "{inference: null, tuning: {preset: {name: phi-4}, method: lora, input: {image: i}, output: "
      "{image: o, imagePushSecret: s}}}";
  return {
      {"V097", Base::inference, "", "{}", kTuningInstead,
       "V097 error inference\nV098 error tuning\n"},
      {"V098", Base::tuning, "", "{}", "{tuning: null, inference: {preset: {name: phi-4}}}",
       "V097 error inference\nV098 error tuning\n"},
      {"V099", Base::inference, "", "{resource: {count: 2}}", "{resource: {count: 3}}",
       "V099 error resource.count\n"},
      {"V099", Base::inference, "", "{resource: {count: 2}}", "{}", "V099 error resource.count\n"},
      {"V100", Base::inference, "own",
       "{resource: {instanceType: null, partition: {mode: accelerator, count: 1}}}",
       "{resource: {instanceType: null, partition: {mode: accelerator, count: 2}}}",
       "V100 error resource.partition\n"},
      {"V101", Base::inference, "", "{apiVersion: kaito.sh/v1alpha1}",
       "{apiVersion: kaito.sh/v1alpha1, resource: {instanceType: Standard_NC48ads_A100_v4}}",
       "V101 error resource.instanceType\n"},
      {"V102", Base::inference, "own", "{resource: {instanceType: null}}", "{}",
       "V102 error resource.instanceType\n"},
      {"V103", Base::inference, "own", "{}", "{resource: {instanceType: Standard_NC48ads_A100_v4}}",
       "V103 error resource.instanceType\n"},
      {"V104", Base::inference, "nap", "{}", "{resource: {instanceType: null}}",
       "V104 error resource.instanceType\n"},
      {"V104", Base::inference, "", "{}", "{resource: {instanceType: null}}",
       "V104 warning resource.instanceType\n"},
      {"V105", Base::inference, "", "{}", "{resource: {instanceType: standard_nc24ads_a100_v4}}",
       "V105 error resource.instanceType\n"},
      {"V106", Base::inference, "", "{}",
       "{resource: {labelSelector: {matchExpressions: [{key: a, operator: Exists}]}}}",
       "V106 error resource.labelSelector\n"},
      {"V107", Base::inference, "", "{}",
       "{resource: {labelSelector: {matchLabels: {apps: other}}}}",
       "V107 error resource.labelSelector\n"},
      {"V108", Base::inference, "", "{}", "{inference: {preset: {name: PHI-4}}}",
       "V108 error inference.preset.name\n"},
      {"V108", Base::inference, "", "{}",
       "{inference: {preset: {presetOptions: {imagePullSecrets: []}}}}",
       "V108 error inference.preset.presetOptions\n"},
      {"V108", Base::inference, "", "{inference: {preset: {accessMode: private}}}", "{}",
       "V108 error inference.preset.accessMode\n"},
      {"V109", Base::inference, "", "{}", "{inference: {preset: null, template: {spec: {}}}}",
       "V108 error inference.preset\nV109 error inference.template\n"},
      {"V111", Base::tuning, "", "{tuning: {input: {name: a}}}", "{tuning: {input: {name: b}}}",
       "V111 error tuning.input.name\n"},
      {"L12", Base::tuning, "release=v0.3.0", "{}",
       "{tuning: {input: {urls: [\"https://e.com/y\"]}}}", "L12 error tuning.input\n"},
      {"V114", Base::tuning, "", "{}", "{tuning: {preset: {name: phi-3-mini-4k-instruct}}}",
       "V114 error tuning.preset.name\n"},
      {"V115", Base::tuning, "", "{}", "{tuning: {method: lora}}", "V115 error tuning.method\n"},
      {"V116", Base::inference, "", "{}",
       "{metadata: {annotations: {kaito.sh/model-streaming: disabled}}}",
       "V116 warning metadata.annotations[\"kaito.sh/model-streaming\"]\n"},

      // What may change, and what only looks like a change.
      {"", Base::inference, "", "{}", "{}", ""},
      {"", Base::inference, "", "{resource: {count: 1}, inference: {preset: {accessMode: public}}}",
       "{}", ""},
      {"", Base::inference, "own", "{}", "{resource: {instanceType: null}}", ""},
      {"", Base::inference, "",
       "{resource: {labelSelector: {matchLabels: null, matchExpressions: [{key: apps, operator: "
       "In, values: [chat]}]}}}",
       "{}", ""},
      {"", Base::inference, "", "{}",
       "{inference: {config: c, adapters: [{source: {name: a, image: i}}]}}", ""},
      {"", Base::inference, "", "{inference: {preset: null, template: {spec: {a: 1}}}}",
       "{inference: {preset: null, template: {spec: {a: 2}}}}", ""},
      {"", Base::tuning, "", "{}", "{tuning: {method: QLORA, config: c}}", ""},
      {"", Base::tuning, "", "{}",
       "{tuning: {output: {image: other}, input: {urls: [\"https://e.com/y\"]}}}", ""},
      {"", Base::inference, "", "{}", "{apiVersion: kaito.sh/v1alpha1}", ""},
  };
}

}  // namespace kaito::test
