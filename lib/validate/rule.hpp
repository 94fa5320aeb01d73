#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/validate/validate.hpp"

/// A validation rule is one entry in a table under rules/: adding one means adding a row there (and
/// a row in tests/unit/validate that it rejects and one that it passes). registry.cpp joins the
/// tables.
namespace kaito::validate {

struct Config;

/// What a rule looks at.
struct Subject {
  const api::Workspace& workspace;  ///< for an update: the wanted one
  const std::vector<json::ReadProblem>& problems;
  const Context& context;
  const api::Workspace* stored = nullptr;  ///< update rules alone
  /// Set when `workspace` is the child of this set (it has no name yet), and for the rules about
  /// the set itself.
  const api::InferenceSet* set = nullptr;
  const api::InferenceSet* stored_set = nullptr;  ///< update rules of a set alone
  const Config* config = nullptr;                 ///< config rules alone
  const json::Value* source = nullptr;            ///< what `workspace` was decoded from, if at hand

  // Looked up once for all rules, by look_up(); nullptr where there is none or it is not known.
  const catalog::Sku* sku = nullptr;  ///< of the operator's cloud where that has it, else of any
  const catalog::Preset* inference_preset = nullptr;  ///< by its name or id, ignoring letter case
  const catalog::Preset* tuning_preset = nullptr;
};
void look_up(Subject& subject);

/// Takes the findings of one rule. What only another API version or another release than the
/// operator's refuses is a warning (explanation.hpp knows which).
class Report {
 public:
  Report(std::string_view code, Severity severity, const Subject& subject,
         std::vector<Finding>& findings)
      : code_(code), severity_(severity), subject_(&subject), findings_(&findings) {}

  [[nodiscard]] std::string_view code() const { return code_; }
  void add(FieldPath path, std::string message, std::string fix = {}) {
    add_as(severity_, std::move(path), std::move(message), std::move(fix));
  }
  /// A finding that is milder or worse than its rule usually is.
  void add_as(Severity severity, FieldPath path, std::string message, std::string fix = {});

 private:
  std::string_view code_;
  Severity severity_;
  const Subject* subject_;
  std::vector<Finding>* findings_;
};

struct Rule {
  std::string_view code;
  Severity severity = Severity::error;
  std::string_view summary;
  void (*check)(const Subject&, Report&) = nullptr;  ///< nullptr: reported by hand
};

using Rules = std::span<const Rule>;

// The tables, one per file of rules/.
[[nodiscard]] Rules decoding_rules();  ///< what Subject::problems has, with its own paths
[[nodiscard]] Rules shape_rules();
[[nodiscard]] Rules name_rules();
[[nodiscard]] Rules annotation_rules();
[[nodiscard]] Rules suppression_rules();
[[nodiscard]] Rules resource_rules();
[[nodiscard]] Rules instance_type_rules();
[[nodiscard]] Rules selector_rules();
[[nodiscard]] Rules partition_rules();
[[nodiscard]] Rules preset_rules();
[[nodiscard]] Rules inference_rules();
[[nodiscard]] Rules adapter_rules();
[[nodiscard]] Rules tuning_rules();
[[nodiscard]] Rules data_rules();
[[nodiscard]] Rules placeholder_rules();
[[nodiscard]] Rules requirement_rules();
[[nodiscard]] Rules fit_rules();
[[nodiscard]] Rules own_node_rules();
[[nodiscard]] Rules ignored_rules();
[[nodiscard]] Rules release_rules();
[[nodiscard]] Rules legacy_rules();
[[nodiscard]] Rules legacy_set_rules();            ///< about the set itself
[[nodiscard]] Rules inference_set_rules();         ///< about the set itself
[[nodiscard]] Rules update_rules();                ///< with Subject::stored
[[nodiscard]] Rules inference_set_update_rules();  ///< with Subject::stored_set
[[nodiscard]] Rules inference_config_rules();      ///< with Subject::config
[[nodiscard]] Rules config_fit_rules();            ///< with Subject::config, of inference
[[nodiscard]] Rules tuning_config_rules();         ///< with Subject::config
[[nodiscard]] Rules companion_rules();             ///< by hand: Secrets and ConfigMaps
[[nodiscard]] Rules input_rules();                 ///< by hand: the files themselves

/// "resource.instanceType" as a path. For paths without list items and quoted keys.
[[nodiscard]] FieldPath field(std::string_view dotted);
[[nodiscard]] FieldPath annotation_path(std::string_view key);
/// The annotation's value, or nullptr.
[[nodiscard]] const std::string* annotation(const api::Workspace& workspace, std::string_view key);
/// Whether the operator owns the label and takes it out of a user's selector
/// (workspace-api.md 3.1).
[[nodiscard]] bool is_reserved_label(std::string_view key);
/// Text of the user's own, short and safe to repeat in a message, in quotes.
[[nodiscard]] std::string in_quotes(std::string_view text);
/// Error where it is certain that the operator creates the nodes, warning where it may not.
[[nodiscard]] Severity unless_own_nodes(const Context& context);
/// The serving runtime that the operator takes: transformers or vllm (workspace-api.md 0.1).
[[nodiscard]] bool uses_transformers(const Subject& subject);
/// Where a preset stands.
struct PlacedPreset {
  const api::PresetSpec* preset = nullptr;
  bool for_tuning = false;

  [[nodiscard]] FieldPath path() const {
    return field(for_tuning ? "tuning.preset" : "inference.preset");
  }
};
/// inference.preset and tuning.preset, where they are given.
class PlacedPresets {
 public:
  explicit PlacedPresets(const api::Workspace& workspace);
  [[nodiscard]] const PlacedPreset* begin() const { return presets_.data(); }
  [[nodiscard]] const PlacedPreset* end() const { return presets_.data() + count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

 private:
  std::array<PlacedPreset, 2> presets_{};
  std::size_t count_ = 0;
};
[[nodiscard]] inline PlacedPresets presets_of(const api::Workspace& workspace) {
  return PlacedPresets(workspace);
}

}  // namespace kaito::validate
