#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>

#include "kaito/base/text.hpp"
#include "validate/image_reference.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// The operator checks most of this on update only, so that a bad adapter gets in and the Workspace
/// can never change again (workspace-api.md T04). Here it is refused before.
namespace kaito::validate {

namespace {

constexpr std::size_t kMost = 10;

/// Where an adapter stands; made into a path only when something is found.
struct AdapterPlace {
  std::size_t index;

  [[nodiscard]] FieldPath key(std::string_view name) const {
    return field("inference.adapters").index(index).key(name);
  }
};
/// The same for its source.
struct AdapterSource {
  std::size_t index;

  [[nodiscard]] FieldPath key(std::string_view name) const {
    return AdapterPlace{index}.key("source").key(name);
  }
};

const std::vector<api::AdapterSpec>* adapters_of(const Subject& subject) {
  const auto& inference = subject.workspace.inference;
  return inference && inference->adapters ? &*inference->adapters : nullptr;
}

template <class Check>
void each_adapter(const Subject& subject, Check check) {
  if (const auto* adapters = adapters_of(subject))
    for (std::size_t i = 0; i < adapters->size(); ++i)
      check((*adapters)[i], AdapterPlace{i});
}

/// With the path of the source.
template <class Check>
void each_source(const Subject& subject, Check check) {
  each_adapter(subject, [&](const api::AdapterSpec& adapter, AdapterPlace place) {
    if (adapter.source) check(*adapter.source, AdapterSource{place.index});
  });
}

bool has_urls(const api::DataSource& source) {
  return source.urls && !source.urls->empty();
}
bool has_image(const api::DataSource& source) {
  return source.image && !source.image->empty();
}

void check_count(const Subject& subject, Report& report) {
  const auto* adapters = adapters_of(subject);
  if (adapters != nullptr && adapters->size() > kMost)
    report.add(field("inference.adapters"),
               fmt::format("has {} adapters: {} are the most", adapters->size(), kMost));
}

void check_names_differ(const Subject& subject, Report& report) {
  const auto* adapters = adapters_of(subject);
  if (adapters == nullptr || adapters->size() < 2) return;
  std::map<std::string_view, std::size_t> first_with;
  each_source(subject, [&](const api::DataSource& source, AdapterSource path) {
    if (!source.name || source.name->empty()) return;
    const auto [first, is_new] = first_with.emplace(*source.name, path.index);
    if (!is_new)
      report.add(path.key("name"), in_quotes(*source.name) +
                                       " is the name of another adapter too: " +
                                       AdapterSource{first->second}.key("name").text());
  });
}

void check_has_source(const Subject& subject, Report& report) {
  each_adapter(subject, [&](const api::AdapterSpec& adapter, AdapterPlace path) {
    if (!adapter.source)
      report.add(path.key("source"), "is missing: an adapter needs a name and an image or volume");
  });
}

void check_one_place(const Subject& subject, Report& report) {
  each_source(subject, [&](const api::DataSource& source, AdapterSource path) {
    if (has_image(source) && source.volume_source)
      report.add(path.key("volumeSource"), "cannot stand beside image: an adapter has one place",
                 "remove one of them");
  });
}

void check_image(const Subject& subject, Report& report) {
  each_source(subject, [&](const api::DataSource& source, AdapterSource path) {
    if (!has_image(source)) return;
    const std::string problem = image_reference_problem(*source.image);
    if (!problem.empty())
      report.add(path.key("image"),
                 in_quotes(*source.image) + " is not an image reference: it " + problem);
  });
}

void check_has_name(const Subject& subject, Report& report) {
  each_source(subject, [&](const api::DataSource& source, AdapterSource path) {
    if (!source.name || source.name->empty())
      report.add(path.key("name"), "is missing: it is what the adapter is called when chatting");
  });
}

void check_name(const Subject& subject, Report& report) {
  each_source(subject, [&](const api::DataSource& source, AdapterSource path) {
    if (!source.name || source.name->empty()) return;
    const std::string problem = dns_subdomain_problem(*source.name);
    if (!problem.empty()) report.add(path.key("name"), in_quotes(*source.name) + " " + problem);
  });
}

/// The name becomes part of a container's and of volumes' names, which are DNS labels.
void check_name_fits(const Subject& subject, Report& report) {
  each_source(subject, [&](const api::DataSource& source, AdapterSource path) {
    if (!source.name || !dns_subdomain_problem(*source.name).empty()) return;
    const bool has_secret = source.image_pull_secrets && !source.image_pull_secrets->empty();
    const std::string made = source.volume_source ? "adapter-volume-" + *source.name
                             : has_secret ? "docker-config-" + *source.name + "-inference-adapter"
                                          : "puller-" + *source.name;
    const std::string problem = dns_label_problem(made);
    if (!problem.empty())
      report.add(
          path.key("name"),
          fmt::format("makes the pod invalid: it becomes {}, which {}", in_quotes(made), problem),
          "take a shorter name, without dots");
  });
}

void check_has_place(const Subject& subject, Report& report) {
  each_source(subject, [&](const api::DataSource& source, AdapterSource path) {
    if (!has_image(source) && !source.volume_source && !has_urls(source))
      report.add(path.key("image"), "is missing, and so is volumeSource: give one of them");
  });
}

void check_no_urls(const Subject& subject, Report& report) {
  each_source(subject, [&](const api::DataSource& source, AdapterSource path) {
    if (has_urls(source))
      report.add(path.key("urls"), "cannot be the place of an adapter",
                 "put the adapter into an image (its files under /data) or a volume");
  });
}

/// The number, or nothing when the text is none. Too large to hold counts as infinite.
std::optional<double> parse_strength(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc::result_out_of_range ? 2.0 : number;
}

void check_strength_is_number(const Subject& subject, Report& report) {
  each_adapter(subject, [&](const api::AdapterSpec& adapter, AdapterPlace path) {
    if (adapter.strength && !parse_strength(*adapter.strength))
      report.add(path.key("strength"), in_quotes(*adapter.strength) + " is not a number",
                 "write a number from 0 to 1, in quotes");
  });
}

void check_strength_range(const Subject& subject, Report& report) {
  each_adapter(subject, [&](const api::AdapterSpec& adapter, AdapterPlace path) {
    if (!adapter.strength) return;
    const auto number = parse_strength(*adapter.strength);
    if (number && !(*number >= 0 && *number <= 1))
      report.add(path.key("strength"), in_quotes(*adapter.strength) + " is not between 0 and 1");
  });
}

void check_strength_has_effect(const Subject& subject, Report& report) {
  const auto& inference = subject.workspace.inference;
  if (!inference || !inference->preset || uses_transformers(subject)) return;
  const bool refused = is_at_least(subject.context, "v0.4.5");
  if (is_before(subject.context, "v0.4.5")) return;
  each_adapter(subject, [&](const api::AdapterSpec& adapter, AdapterPlace path) {
    if (adapter.strength)
      report.add_as(refused ? Severity::error : Severity::warning, path.key("strength"),
                    "is refused with vLLM by operators since v0.4.5: vLLM has no adapter strength",
                    "remove it, or set the annotation kaito.sh/runtime: transformers");
  });
}

void check_has_preset(const Subject& subject, Report& report) {
  const auto* adapters = adapters_of(subject);
  if (adapters != nullptr && !adapters->empty() && !subject.workspace.inference->preset &&
      subject.workspace.inference->pod_template)
    report.add(field("inference.adapters"), "is ignored beside a template", "remove it");
}

constexpr Rule kRules[] = {
    {"V043", Severity::warning,
     "adapter strength with vLLM (an error where the operator is known to refuse it)",
     check_strength_has_effect},
    {"V046", Severity::error, "more than 10 adapters", check_count},
    {"V047", Severity::error, "two adapters of the same name", check_names_differ},
    {"V048", Severity::error, "an adapter without source", check_has_source},
    {"V049", Severity::error, "an adapter with both image and volume", check_one_place},
    {"V050", Severity::error, "an adapter image that is not an image reference", check_image},
    {"V052", Severity::error, "an adapter without a name", check_has_name},
    {"V053", Severity::error, "an adapter name that is not a DNS subdomain", check_name},
    {"V054", Severity::error, "an adapter with neither image nor volume", check_has_place},
    {"V055", Severity::error, "an adapter from URLs", check_no_urls},
    {"V056", Severity::error, "adapter strength is not a number", check_strength_is_number},
    {"V057", Severity::error, "adapter strength is not between 0 and 1", check_strength_range},
    {"K044", Severity::error, "an adapter name that makes the pod invalid", check_name_fits},
    {"K045", Severity::warning, "adapters beside a pod template, which ignores them",
     check_has_preset},
};

}  // namespace

Rules adapter_rules() {
  return kRules;
}

}  // namespace kaito::validate
