#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/validate/validate.hpp"

/// A validation rule is one entry in a table under rules/: adding one means adding a row there (and
/// a row in tests/unit/validate that it rejects and one that it passes). registry.cpp joins the
/// tables.
namespace kaito::validate {

/// What a rule looks at.
struct Subject {
  const api::Workspace& workspace;  ///< for an update: the wanted one
  const std::vector<json::ReadProblem>& problems;
  const Context& context;
  const api::Workspace* stored = nullptr;  ///< update rules alone
  /// Set when `workspace` is the child of this set (it has no name yet), and for the rules about
  /// the set itself.
  const api::InferenceSet* set = nullptr;
};

/// Takes the findings of one rule.
class Report {
 public:
  Report(std::string_view code, Severity severity, std::vector<Finding>& findings)
      : code_(code), severity_(severity), findings_(&findings) {}

  [[nodiscard]] std::string_view code() const { return code_; }
  void add(FieldPath path, std::string message, std::string fix = {}) {
    add_as(severity_, std::move(path), std::move(message), std::move(fix));
  }
  /// A finding that is milder or worse than its rule usually is.
  void add_as(Severity severity, FieldPath path, std::string message, std::string fix = {}) {
    findings_->push_back({std::string(code_), severity, std::move(path), std::move(message),
                          std::move(fix), std::nullopt});
  }

 private:
  std::string_view code_;
  Severity severity_;
  std::vector<Finding>* findings_;
};

struct Rule {
  std::string_view code;
  Severity severity = Severity::error;
  std::string_view summary;
  void (*check)(const Subject&, Report&) = nullptr;
};

using Rules = std::span<const Rule>;

// The tables, one per file of rules/.
[[nodiscard]] Rules decoding_rules();  ///< what Subject::problems has, with its own paths
[[nodiscard]] Rules shape_rules();
[[nodiscard]] Rules name_rules();
[[nodiscard]] Rules annotation_rules();
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
[[nodiscard]] Rules inference_set_rules();  ///< about the set itself
[[nodiscard]] Rules update_rules();         ///< with Subject::stored

/// "resource.instanceType" as a path. For paths without list items and quoted keys.
[[nodiscard]] FieldPath field(std::string_view dotted);
[[nodiscard]] FieldPath annotation_path(std::string_view key);
/// The annotation's value, or nullptr.
[[nodiscard]] const std::string* annotation(const api::Workspace& workspace, std::string_view key);
/// Text of the user's own, short and safe to repeat in a message, in quotes.
[[nodiscard]] std::string quoted(std::string_view text);
/// Error where it is certain that the operator creates the nodes, warning where it may not.
[[nodiscard]] Severity unless_own_nodes(const Context& context);
/// The serving runtime that the operator takes: transformers or vllm (workspace-api.md 0.1).
[[nodiscard]] bool uses_transformers(const Subject& subject);
/// Where a preset stands: inference.preset or tuning.preset. nullptr without one.
struct PlacedPreset {
  const api::PresetSpec* preset = nullptr;
  FieldPath path;
};
[[nodiscard]] std::vector<PlacedPreset> presets_of(const api::Workspace& workspace);

}  // namespace kaito::validate
