#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/catalog/catalog.hpp"

namespace kaito::catalog {

// What the operator (v0.12.0) works out for a model that has no built-in values. Tables:
// presets/generator.yaml, presets/vllm-architectures.yaml. Source: presets-skus-estimator 1.3.

/// A flag of the model server; "true" is one without a value.
struct ServerFlag {
  std::string_view name;  ///< "tool-call-parser"
  std::string_view value;
};

/// The flags that a model gets for its name and classes: parsers, chat template, tokenizer mode, KV
/// cache type, backends. The name decides before the classes, and the longest beginning of it.
/// `name` is the last part of the id, in any letter case. In the order of presets/generator.yaml.
[[nodiscard]] std::vector<ServerFlag> generated_flags(std::string_view name,
                                                      const std::vector<std::string>& classes);

/// Whether the server of the current base image knows the class ("Phi3ForCausalLM").
[[nodiscard]] bool is_served_class(std::string_view name);
/// Whether the operator takes a model of these classes: one that the server knows is enough, and so
/// are none at all.
[[nodiscard]] bool accepts_classes(const std::vector<std::string>& classes);

/// Whether a model of these classes may keep a copy of its KV cache in CPU memory.
[[nodiscard]] bool allows_cpu_cache(const std::vector<std::string>& classes);
[[nodiscard]] bool needs_deep_gemm(const std::vector<std::string>& classes);
/// `name` as for generated_flags().
[[nodiscard]] bool needs_cuda_toolkit(std::string_view name,
                                      const std::vector<std::string>& classes);
/// The share of a GPU's memory that the server takes: 0.84, on an "NVIDIA A10" 0.82.
[[nodiscard]] double gpu_memory_utilization(std::string_view gpu_model);

/// A model out of its config.json: a preset like that of any id, to be used with
/// Catalog::with(Preset). What the file does not say is absent in the preset, never guessed.
struct GeneratedModel {
  Preset preset;
  std::vector<std::string> unknown;  ///< "the KV cache per token (no num_hidden_layers)"
};
/// `config` is the text of the model's config.json, `file` its name for messages, `id` "org/name",
/// `weights` the size of the weight files, nothing when not known. Errors: parse,
/// "FILE:LINE:COLUMN: what"; invalid, for an id that is none and for classes that the server does
/// not know.
[[nodiscard]] Result<GeneratedModel> model_from_config(std::string_view config,
                                                       const std::string& file, std::string_view id,
                                                       std::optional<Quantity> weights);
/// The preset as a file for the user's own catalogue (YAML).
[[nodiscard]] std::string catalog_file(const GeneratedModel& model);

}  // namespace kaito::catalog
