#include "rule_cases.hpp"

namespace kaito::test {

std::vector<RuleCase> inference_cases() {
  return {
      {"V002", Base::inference, "", "{inference: null}", "V002 error inference\n", "{}"},
      {"V003", Base::tuning, "", "{inference: {preset: {name: phi-4}}}", "V003 error tuning\n",
       "{}"},
      {"V036", Base::inference, "", "{inference: {preset: null}}", "V036 error inference.preset\n",
       "{}"},
      {"V037", Base::inference, "",
       "{inference: {template: {spec: {containers: [{name: a, image: b}]}}}}",
       "V037 error inference.template\n",
       "{inference: {preset: null, template: {spec: {containers: [{name: a, image: b}]}}}}"},
      {"K043", Base::inference, "", "{inference: {preset: null, template: {spec: {}}}}",
       "K043 error inference.template.spec.containers\n",
       "{inference: {preset: null, template: {spec: {containers: [{name: a, image: b}]}}}}"},

      {"V011", Base::inference, "", "{inference: {preset: {name: phi-2}}}",
       "V011 warning inference.preset.name\n", "{}"},
      {"V011", Base::inference, "release=v0.12.0", "{inference: {preset: {name: PHI-2}}}",
       "V011 error inference.preset.name\n", "{inference: {preset: {name: microsoft/phi-2}}}"},
      {"V038", Base::inference, "", "{inference: {preset: {name: phi-44}}}",
       "V038 error inference.preset.name\n", "{inference: {preset: {name: Phi-4}}}"},
      {"V038", Base::inference, "", "{inference: {preset: {name: /phi-4}}}",
       "V038 error inference.preset.name\n", "{inference: {preset: {name: org/model}}}"},
      {"V038", Base::inference, "", "{inference: {preset: {name: falcon-7b}}}",
       "V038 warning inference.preset.name\n", "{}"},
      {"V038", Base::inference, "release=v0.10.0", "{inference: {preset: {name: falcon-7b}}}",
       "V038 warning inference.preset.name\n", "{}"},
      {"V038", Base::inference, "release=v0.11.0", "{inference: {preset: {name: falcon-7b}}}",
       "V038 error inference.preset.name\n", "{inference: {preset: {name: tiiuae/falcon-7b}}}"},
      {"V038", Base::inference, "release=v0.8.0", "{inference: {preset: {name: org/model}}}",
       "V038 error inference.preset.name\n", "{}"},
      {"V038", Base::inference, "release=v0.3.0", "{}", "V038 error inference.preset.name\n",
       "{inference: {preset: {name: phi-3-mini-4k-instruct}}}"},
      {"V096", Base::tuning, "", "{tuning: {preset: {name: phi-44}}}",
       "V096 error tuning.preset.name\n", "{}"},
      {"V040", Base::inference, "",
       "{apiVersion: kaito.sh/v1alpha1, inference: {preset: {accessMode: private}}}",
       "V040 error inference.preset.presetOptions.image\n",
       "{apiVersion: kaito.sh/v1alpha1, inference: {preset: {accessMode: private, presetOptions: "
       "{image: registry.example.com/phi-4:1}}}}"},
      {"V041", Base::inference, "",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}, inference: {preset: {name: "
       "phi-4-mini-instruct}}}",
       "V041 error inference.preset.name\n",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}}"},
      {"V041", Base::inference, "",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}, inference: {preset: {name: "
       "org/model}}}",
       "V032 info inference.preset.name\nV041 error inference.preset.name\n",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}, inference: {preset: {name: "
       "copy/Phi-4}}}"},
      {"K040", Base::inference, "",
       "{inference: {preset: {accessMode: private, presetOptions: {image: i, imagePullSecrets: "
       "[s]}}}}",
       "K040 warning inference.preset.accessMode\n"
       "K040 warning inference.preset.presetOptions.image\n"
       "K040 warning inference.preset.presetOptions.imagePullSecrets\n",
       "{inference: {preset: {accessMode: public}}}"},
      {"K041", Base::inference, "", "{inference: {preset: {name: llama-3.1-8b-instruct}}}",
       "K041 warning inference.preset.presetOptions.modelAccessSecret\n",
       "{inference: {preset: {name: llama-3.1-8b-instruct, presetOptions: {modelAccessSecret: "
       "hf}}}}"},

      {"V043", Base::inference, "",
       "{inference: {adapters: [{source: {name: a, image: r.io/a:1}, strength: \"0.5\"}]}}",
       "V043 warning inference.adapters[0].strength\n",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}, inference: {adapters: "
       "[{source: {name: a, image: r.io/a:1}, strength: \"0.5\"}]}}"},
      {"V043", Base::inference, "release=v0.4.5",
       "{inference: {adapters: [{source: {name: a, image: r.io/a:1}, strength: \"0.5\"}]}}",
       "V043 error inference.adapters[0].strength\n",
       "{inference: {adapters: [{source: {name: a, image: r.io/a:1}}]}}"},
      {"V043", Base::inference, "",
       "{apiVersion: kaito.sh/v1alpha1, inference: {adapters: [{source: {name: a, image: "
       "r.io/a:1}, strength: \"0.5\"}]}}",
       "V043 warning inference.adapters[0].strength\n", "{}"},
      {"V046", Base::inference, "",
       "{inference: {adapters: ["
       "{source: {name: a, image: i}}, {source: {name: b, image: i}}, {source: {name: c, image: "
       "i}}, "
       "{source: {name: d, image: i}}, {source: {name: e, image: i}}, {source: {name: f, image: "
       "i}}, "
       "{source: {name: g, image: i}}, {source: {name: h, image: i}}, {source: {name: i, image: "
       "i}}, "
       "{source: {name: j, image: i}}, {source: {name: k, image: i}}]}}",
       "V046 error inference.adapters\n",
       "{inference: {adapters: ["
       "{source: {name: a, image: i}}, {source: {name: b, image: i}}, {source: {name: c, image: "
       "i}}, "
       "{source: {name: d, image: i}}, {source: {name: e, image: i}}, {source: {name: f, image: "
       "i}}, "
       "{source: {name: g, image: i}}, {source: {name: h, image: i}}, {source: {name: i, image: "
       "i}}, "
       "{source: {name: j, image: i}}]}}"},
      {"V047", Base::inference, "",
       "{inference: {adapters: [{source: {name: a, image: i}}, {source: {name: a, image: j}}]}}",
       "V047 error inference.adapters[1].source.name\n",
       "{inference: {adapters: [{source: {name: a, image: i}}, {source: {name: b, image: i}}]}}"},
      {"V048", Base::inference, "", "{inference: {adapters: [{}]}}",
       "V048 error inference.adapters[0].source\n",
       "{inference: {adapters: [{source: {name: a, image: i}}]}}"},
      {"V049", Base::inference, "",
       "{inference: {adapters: [{source: {name: a, image: i, volumeSource: {emptyDir: {}}}}]}}",
       "V049 error inference.adapters[0].source.volumeSource\n",
       "{inference: {adapters: [{source: {name: a, volumeSource: {emptyDir: {}}}}]}}"},
      {"V050", Base::inference, "",
       "{inference: {adapters: [{source: {name: a, image: \"r.io/Adapter:1\"}}]}}",
       "V050 error inference.adapters[0].source.image\n",
       "{inference: {adapters: [{source: {name: a, image: \"R.io/adapter:1\"}}]}}"},
      {"V052", Base::inference, "", "{inference: {adapters: [{source: {image: i}}]}}",
       "V052 error inference.adapters[0].source.name\n",
       "{inference: {adapters: [{source: {name: a, image: i}}]}}"},
      {"V053", Base::inference, "", "{inference: {adapters: [{source: {name: A_1, image: i}}]}}",
       "V053 error inference.adapters[0].source.name\n",
       "{inference: {adapters: [{source: {name: a-1, image: i}}]}}"},
      {"V054", Base::inference, "", "{inference: {adapters: [{source: {name: a}}]}}",
       "V054 error inference.adapters[0].source.image\n",
       "{inference: {adapters: [{source: {name: a, image: i}}]}}"},
      {"V055", Base::inference, "",
       "{inference: {adapters: [{source: {name: a, urls: [\"https://e.com/x\"]}}]}}",
       "V055 error inference.adapters[0].source.urls\n",
       "{inference: {adapters: [{source: {name: a, image: i, urls: []}}]}}"},
      {"V056", Base::inference, "",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}, inference: {adapters: "
       "[{source: {name: a, image: i}, strength: half}]}}",
       "V056 error inference.adapters[0].strength\n",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}, inference: {adapters: "
       "[{source: {name: a, image: i}, strength: \"+0.5\"}]}}"},
      {"V057", Base::inference, "",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}, inference: {adapters: "
       "[{source: {name: a, image: i}, strength: \"1.5\"}, "
       "{source: {name: b, image: i}, strength: \"1e999\"}]}}",
       "V057 error inference.adapters[0].strength\nV057 error inference.adapters[1].strength\n",
       "{metadata: {annotations: {kaito.sh/runtime: transformers}}, inference: {adapters: "
       "[{source: {name: a, image: i}, strength: \"1\"}, "
       "{source: {name: b, image: i}, strength: \"0\"}]}}"},
      {"K044", Base::inference, "",
       "{inference: {adapters: [{source: {name: a.b, image: i}}, "
       "{source: {name: a23456789-123456789-123456789-12, image: i, imagePullSecrets: [s]}}]}}",
       "K044 error inference.adapters[0].source.name\n"
       "K044 error inference.adapters[1].source.name\n",
       "{inference: {adapters: [{source: {name: a23456789-123456789-123456789-12, image: i}}, "
       "{source: {name: a23456789-123456789-123456789-1, image: i, imagePullSecrets: [s]}}]}}"},
      {"K045", Base::inference, "",
       "{inference: {preset: null, template: {spec: {containers: [{name: a, image: b}]}}, "
       "adapters: [{source: {name: a, image: i}}]}}",
       "K045 warning inference.adapters\n",
       "{inference: {adapters: [{source: {name: a, image: i}}]}}"},
  };
}

}  // namespace kaito::test
