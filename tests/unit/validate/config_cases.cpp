#include "config_cases.hpp"

namespace kaito::test {

std::vector<ConfigCase> config_cases() {
  const std::string kVllm = "vllm:\n  cpu-offload-gb: 0\n";
  const std::string kLora = "training_config:\n  QuantizationConfig:\n    load_in_4bit: false\n";
  const std::string kQlora = "training_config:\n  QuantizationConfig:\n    load_in_4bit: true\n";
  const std::string kMethodLora = "{tuning: {method: lora}}";
  return {
      {"V060", Base::inference, "", "{}", "", "V060 error data\n", kVllm},
      {"V061", Base::inference, "", "{}", "vllm: [a\n",
       "V061 error data[\"inference_config.yaml\"] 2:1\n", ""},
      {"V061", Base::inference, "", "{}", "vllm:\n  lora-modules:\n    - a\n",
       "V061 error data[\"inference_config.yaml\"].vllm.lora-modules 2:3\n", kVllm},
      {"V061", Base::inference, "", "{}", "- vllm\n",
       "V061 error data[\"inference_config.yaml\"]\n", "vllm:\n"},
      {"V061", Base::inference, "", "{}", "vllm: 4\n",
       "V061 error data[\"inference_config.yaml\"].vllm 1:1\n", "# nothing\n"},
      {"V061", Base::inference, "", "{}", "vllm: {a: 1}\nvllm: {a: 2}\n",
       "V061 warning data[\"inference_config.yaml\"] 2:1\n", kVllm},
      {"V063", Base::inference, "written",
       "{apiVersion: kaito.sh/v1alpha1, resource: {instanceType: Standard_NC16_A16}}", kVllm,
       "V063 error data[\"inference_config.yaml\"].vllm.max-model-len 1:1\n",
       "vllm:\n  max-model-len: 2048\n"},
      {"V063", Base::inference, "release=v0.6.0", "{resource: {count: 2}}", kVllm,
       "V063 error data[\"inference_config.yaml\"].vllm.max-model-len 1:1\n",
       "vllm:\n  max-model-len: 2048\n"},
      {"V064", Base::inference, "", "{}", "vllm:\n  max-model-len: auto\n",
       "V064 error data[\"inference_config.yaml\"].vllm.max-model-len 2:3\n",
       "vllm:\n  max-model-len: ' '\n"},
      {"V064", Base::inference, "", "{}", "vllm:\n  max-model-len: 1.5\n",
       "V064 error data[\"inference_config.yaml\"].vllm.max-model-len 2:3\n",
       "vllm:\n  max-model-len: 2048\n"},
      {"V065", Base::inference, "", "{}", "vllm:\n  max-model-len: 16385\n",
       "V065 error data[\"inference_config.yaml\"].vllm.max-model-len 2:3\n",
       "vllm:\n  max-model-len: 16384\n"},
      {"K035", Base::inference, "",
       "{resource: {instanceType: Standard_NV36ads_A10_v5}, inference: {preset: {name: "
       "phi-4-mini-instruct}}}",
       "vllm:\n  max-model-len: 131072\n",
       "K035 warning data[\"inference_config.yaml\"].vllm.max-model-len 2:3\n",
       "vllm:\n  max-model-len: 4096\n"},
      {"K053", Base::inference, "", "{}", "vlm:\n  max-model-len: 2048\n",
       "K053 warning data[\"inference_config.yaml\"].vlm 1:1\n", kVllm},
      {"K054", Base::inference, "", "{}", "vllm: {max-model-len: 4096}\n",
       "K054 warning data[\"inference_config.yaml\"].vllm.max-model-len 1:8\n",
       "vllm:\n  max-model-len: 4096\n"},
      {"K054", Base::inference, "", "{}", "vllm:\n  max-model-len: 4096 # tokens\n",
       "K054 warning data[\"inference_config.yaml\"].vllm.max-model-len 2:3\n",
       "vllm:\n  max-model-len: 4096\n"},

      {"V073", Base::tuning, "", "{}", "", "V073 error data\n", kQlora},
      {"V074", Base::tuning, "", "{}", "a: [\n", "V074 error data[\"training_config.yaml\"] 2:1\n",
       kQlora},
      {"V075", Base::tuning, "", "{}", "LoraConfig: {r: 8}\n",
       "V075 error data[\"training_config.yaml\"]\n", kQlora},
      {"V075", Base::tuning, "", "{}", "training_config: [a]\n",
       "V075 error data[\"training_config.yaml\"].training_config 1:1\n", kQlora},
      {"V077", Base::tuning, "", kMethodLora, "training_config:\n  Loraconfig: {r: 8}\n",
       "V077 error data[\"training_config.yaml\"].training_config.Loraconfig 2:3\n", kLora},
      {"V077", Base::tuning, "", kMethodLora, "training_config:\n  1: {r: 8}\n",
       "V077 error data[\"training_config.yaml\"].training_config.1 2:3\n", kLora},
      {"V078", Base::tuning, "", kMethodLora,
       "training_config:\n  QuantizationConfig:\n    load_in_4bit: \"true\"\n",
       "V078 error data[\"training_config.yaml\"].training_config.QuantizationConfig.load_in_4bit "
       "3:5\n",
       kLora},
      {"V079", Base::tuning, "", "{}",
       "training_config:\n  QuantizationConfig: {load_in_4bit: true, load_in_8bit: true}\n",
       "V079 error data[\"training_config.yaml\"].training_config.QuantizationConfig 2:3\n",
       kQlora},
      {"V080", Base::tuning, "", kMethodLora, kQlora,
       "V080 error data[\"training_config.yaml\"].training_config.QuantizationConfig 2:3\n", kLora},
      {"V081", Base::tuning, "", "{}", "training_config:\n  LoraConfig: {r: 8}\n",
       "V081 error data[\"training_config.yaml\"].training_config.QuantizationConfig 1:1\n",
       kQlora},
      {"V082", Base::tuning, "", kMethodLora,
       "training_config:\n  TrainingArguments: {output_dir: null}\n",
       "V082 error data[\"training_config.yaml\"].training_config.TrainingArguments.output_dir "
       "2:23\n",
       "training_config:\n  TrainingArguments: {output_dir: results}\n"},
      {"V083", Base::tuning, "", kMethodLora,
       "training_config:\n  TrainingArguments: {output_dir: \"..\"}\n",
       "V083 error data[\"training_config.yaml\"].training_config.TrainingArguments.output_dir "
       "2:23\n",
       "training_config:\n  TrainingArguments: {output_dir: ../mnt2}\n"},
      {"V083", Base::tuning, "", kMethodLora,
       "training_config:\n  TrainingArguments: {output_dir: .}\n",
       "V083 error data[\"training_config.yaml\"].training_config.TrainingArguments.output_dir "
       "2:23\n",
       "training_config:\n  TrainingArguments: {output_dir: /mnt/results}\n"},
  };
}

}  // namespace kaito::test
