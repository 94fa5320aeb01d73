#include "rule_cases.hpp"

namespace kaito::test {

std::vector<RuleCase> tuning_cases() {
  return {
      {"V068", Base::tuning, "", "{resource: {count: 2}}", "V068 error resource.count\n",
       "{resource: {count: 1}}"},
      {"V070", Base::tuning, "", "{tuning: {method: full}}", "V070 error tuning.method\n",
       "{tuning: {method: lora}}"},
      {"V070", Base::tuning, "", "{tuning: {method: null}}", "V070 error tuning.method\n", "{}"},
      {"V095", Base::tuning, "", "{tuning: {preset: null}}", "V095 error tuning.preset\n", "{}"},
      {"K042", Base::tuning, "", "{tuning: {preset: {name: gpt-oss-20b}}}",
       "K042 error tuning.preset.name\n", "{tuning: {preset: {name: org/model}}}"},
      {"K050", Base::tuning, "", "{tuning: {method: QLoRA}}", "K050 error tuning.method\n", "{}"},
      {"K050", Base::tuning, "", "{tuning: {method: QLoRA, config: c}}",
       "K050 warning tuning.method\n", "{}"},
      {"K051", Base::tuning, "own", "{resource: {instanceType: null}}", "K051 warning tuning\n",
       "{resource: {instanceType: null}, tuning: null, inference: {preset: {name: phi-4}}}"},

      {"V085", Base::tuning, "", "{tuning: {input: {urls: null}}}", "V085 error tuning.input\n",
       "{tuning: {input: {urls: null, image: r.io/d:1}}}"},
      {"V085", Base::tuning, "", "{tuning: {input: {volumeSource: {emptyDir: {}}}}}",
       "V085 error tuning.input\n",
       "{tuning: {input: {urls: null, volumeSource: {emptyDir: {}}}}}"},
      {"V086", Base::tuning, "", "{tuning: {input: {urls: null, image: \"r.io/d:1:2\"}}}",
       "V086 error tuning.input.image\n", "{tuning: {input: {urls: null, image: data}}}"},
      {"V088", Base::tuning, "", "{tuning: {output: {image: \"r.io/ d\"}}}",
       "V088 error tuning.output.image\n", "{tuning: {output: {image: r.io/d}}}"},
      {"V089", Base::tuning, "", "{tuning: {input: {urls: [train.parquet, \"https:///x\"]}}}",
       "V089 error tuning.input.urls[0]\nV089 error tuning.input.urls[1]\n",
       "{tuning: {input: {urls: [\"https://e.com\"]}}}"},
      {"V090", Base::tuning, "", "{tuning: {input: {urls: [\"s3://bucket/x\"]}}}",
       "V090 error tuning.input.urls[0]\n", "{tuning: {input: {urls: [\"HTTP://e.com/x\"]}}}"},
      {"V091", Base::tuning, "", "{tuning: {input: {urls: [\"http://localhost/x\"]}}}",
       "V091 error tuning.input.urls[0]\n", "{tuning: {input: {urls: [\"http://local.host/x\"]}}}"},
      {"V091", Base::tuning, "release=v0.11.0",
       "{tuning: {input: {urls: [\"http://data.localhost/x\"]}}}",
       "V091 warning tuning.input.urls[0]\n", "{}"},
      {"V092", Base::tuning, "", "{tuning: {input: {urls: [\"http://169.254.169.254/x\"]}}}",
       "V092 error tuning.input.urls[0]\n", "{tuning: {input: {urls: [\"http://8.8.8.8/x\"]}}}"},
      {"V092", Base::tuning, "",
       "{apiVersion: kaito.sh/v1alpha1, tuning: {input: {urls: [\"http://10.0.0.1/x\"]}}}",
       "V092 warning tuning.input.urls[0]\n", "{apiVersion: kaito.sh/v1alpha1}"},
      {"V093", Base::tuning, "", "{tuning: {output: {imagePushSecret: null}}}",
       "V093 error tuning.output.imagePushSecret\n",
       "{tuning: {output: {image: null, imagePushSecret: null, volumeSource: {emptyDir: {}}}}}"},
      {"V094", Base::tuning, "", "{tuning: {output: {image: null, imagePushSecret: null}}}",
       "V094 error tuning.output\n", "{}"},
      {"V094", Base::tuning, "", "{tuning: {output: {volumeSource: {emptyDir: {}}}}}",
       "V094 error tuning.output\n", "{}"},
  };
}

}  // namespace kaito::test
