#pragma once

#include <string>
#include <string_view>

#include "render/gpus.hpp"
#include "render/subject.hpp"

namespace kaito::render {

/// A tuning Workspace: its Job, the ConfigMap where it takes a default one, and its node.
/// Errors: invalid, as render(). Source: 7.
[[nodiscard]] Result<void> render_tuning(const Subject& subject);

/// The ConfigMap of training parameters: the user's, or the operator's for the method.
struct TrainingConfig {
  std::string name;
  std::string output_dir;     ///< cleaned, below /mnt
  bool from_release = false;  ///< the operator copies it into the namespace
};
/// Errors: invalid, for a method that has none, a ConfigMap that was not given, an output_dir that
/// is not below /mnt.
[[nodiscard]] Result<TrainingConfig> training_config(const Subject& subject);
/// The operator's ConfigMap, in the Workspace's namespace. `save_strategy`: "no", before v0.4
/// "epoch".
void add_training_config(const Subject& subject, const std::string& name,
                         std::string_view save_strategy);
/// Where TrainingArguments.output_dir leads. Errors: invalid. Source: 7.1.
[[nodiscard]] Result<std::string> output_directory(std::string_view configured);

/// What the trainer reads and writes: volumes, mounts, init and side containers, in upstream's
/// order.
void add_results(const Subject& subject, const TrainingConfig& config, Pod& pod);
void add_input(const Subject& subject, Pod& pod);
void add_push(const Subject& subject, const TrainingConfig& config, Pod& pod);

}  // namespace kaito::render
