#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"
#include "validate/suppression.hpp"

/// The objects that a Workspace names: whether they are there, and what a Secret holds.
namespace kaito::validate {

namespace {

constexpr Rule kRules[] = {
    {"V059", Severity::error, "an inference ConfigMap that is not there", nullptr},
    {"V072", Severity::error, "a tuning ConfigMap that is not there", nullptr},
    {"K046", Severity::error, "a Secret for Hugging Face without the key HF_TOKEN", nullptr},
    {"K047", Severity::error, "a Secret that is not there", nullptr},
    {"K052", Severity::info, "a ConfigMap that was not looked at, since it is not in the input",
     nullptr},
};

constexpr std::string_view kTokenKey = "HF_TOKEN";

bool can_be_name(const std::string& name) {
  return !name.empty() && dns_subdomain_problem(name).empty();
}

class References {
 public:
  void add(Reference::Kind kind, std::string_view path, const std::optional<std::string>& name) {
    if (name && can_be_name(*name)) all_.push_back({kind, field(path), *name});
  }
  void add_pull(const std::function<FieldPath()>& path,
                const std::optional<std::vector<std::string>>& names) {
    if (!names) return;
    for (std::size_t i = 0; i < names->size(); ++i)
      if (can_be_name((*names)[i]))
        all_.push_back({Reference::Kind::pull_secret, path().index(i), (*names)[i]});
  }
  std::vector<Reference> take() { return std::move(all_); }

 private:
  std::vector<Reference> all_;
};

}  // namespace

Rules companion_rules() {
  return kRules;
}

std::vector<Reference> references(const api::Workspace& workspace) {
  using Kind = Reference::Kind;
  References found;
  if (const auto& inference = workspace.inference) {
    if (inference->preset && inference->preset->options)
      found.add(Kind::access_secret, "inference.preset.presetOptions.modelAccessSecret",
                inference->preset->options->model_access_secret);
    if (inference->preset) found.add(Kind::config_map, "inference.config", inference->config);
    if (inference->adapters)
      for (std::size_t i = 0; i < inference->adapters->size(); ++i)
        if (const auto& source = (*inference->adapters)[i].source)
          found.add_pull(
              [i] {
                return field("inference.adapters").index(i).key("source").key("imagePullSecrets");
              },
              source->image_pull_secrets);
  }
  if (const auto& tuning = workspace.tuning) {
    found.add(Kind::config_map, "tuning.config", tuning->config);
    if (tuning->input)
      found.add_pull([] { return field("tuning.input.imagePullSecrets"); },
                     tuning->input->image_pull_secrets);
    if (tuning->output)
      found.add(Kind::pull_secret, "tuning.output.imagePushSecret",
                tuning->output->image_push_secret);
  }
  return found.take();
}

Finding missing_reference(const api::Workspace& workspace, const Reference& reference, bool certain,
                          const Context& context) {
  const bool is_map = reference.kind == Reference::Kind::config_map;
  const std::string_view what = is_map ? "ConfigMap" : "Secret";
  const std::string name_space = workspace.meta.namespace_.empty()
                                     ? "the Workspace's namespace"
                                     : "namespace " + in_quotes(workspace.meta.namespace_);
  Finding finding;
  finding.path = reference.path;
  if (!certain) {
    finding.code = "K052";
    finding.severity = Severity::info;
    finding.message = fmt::format("{} {} is not in the input: it was not looked at", what,
                                  in_quotes(reference.name));
    finding.fix = "give its file too, or name a cluster with --context";
    return finding;
  }
  finding.code = !is_map ? "K047" : workspace.tuning ? "V072" : "V059";
  // Up to v0.4.0 nothing looked for it, and the transformers runtime does not read it.
  finding.severity = is_map && is_before(context, "v0.4.1") ? Severity::warning : Severity::error;
  finding.message =
      fmt::format("there is no {} {} in {}", what, in_quotes(reference.name), name_space);
  finding.fix = "create it there first";
  return finding;
}

std::vector<Finding> check_access_secret(const api::Workspace& workspace, const json::Value& secret,
                                         const Context& context) {
  static_cast<void>(context);
  for (const std::string_view part : {"data", "stringData"}) {
    const json::Value* values = json::find(secret, {part});
    if (values != nullptr && values->is_object() && values->get_object().contains(kTokenKey))
      return {};
  }
  std::vector<std::string> keys;
  for (const std::string_view part : {"data", "stringData"})
    if (const json::Value* values = json::find(secret, {part});
        values != nullptr && values->is_object())
      for (const auto& [key, value] : values->get_object())
        keys.push_back(in_quotes(key));
  Finding finding;
  finding.code = "K046";
  finding.path = field(json::find(secret, {"data"}) != nullptr ? "data" : "stringData");
  finding.message = fmt::format("has no key {}, under which the operator looks for the token{}",
                                kTokenKey, keys.empty() ? "" : ": it has " + join(keys, ", "));
  finding.fix = fmt::format("put the token under {}", kTokenKey);
  std::vector<Finding> findings{std::move(finding)};
  drop_ignored(findings, workspace.meta.annotations);
  return findings;
}

}  // namespace kaito::validate
