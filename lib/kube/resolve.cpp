#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/kube/config.hpp"
#include "kube/auth/method.hpp"
#include "kube/credential_rule.hpp"
#include "kube/endpoint.hpp"
#include "kube/flags.hpp"
#include "kube/in_cluster.hpp"
#include "kube/load.hpp"
#include "kube/problems.hpp"

namespace kaito::kube {
namespace {

/// The entries that the context and the flags choose.
struct Choice {
  ContextEntry context;
  ClusterEntry cluster;
  UserEntry user;
  std::string origin;
};

template <class Entry>
std::string available(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& entry : entries)
    names.push_back(entry.name);
  return names.empty() ? "none" : join(names, ", ");
}

template <class Entry>
std::string did_you_mean_entry(const std::string& name, const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& entry : entries)
    names.push_back(entry.name);
  return did_you_mean(name, names);
}

std::string files_text(const Kubeconfig& config) {
  return config.files.empty() ? "any file" : join(config.files, ", ");
}

/// The entry of that name, or an `invalid` error that lists those there are.
template <class Entry>
Result<Entry> entry_named(std::string_view what, const std::string& name,
                          const std::vector<Entry>& entries, const Kubeconfig& config,
                          std::string_view asked_by) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.name == name; });
  if (found != entries.end()) return *found;
  return fail(ErrorCode::invalid,
              fmt::format("{} \"{}\"{} not found in {} (available: {})", what, name, asked_by,
                          files_text(config), available(entries)),
              did_you_mean_entry(name, entries));
}

Result<Choice> choose(const Kubeconfig& config, const ConfigOverrides& flags) {
  Choice choice;
  choice.origin = config.files.empty() ? "flags" : join(config.files, ", ");
  choice.cluster.file = choice.user.file = "flags";

  const auto& context_name = flags.context.empty() ? config.current_context : flags.context;
  if (!context_name.empty()) {
    KAITO_TRY(choice.context, entry_named("context", context_name, config.contexts, config,
                                          flags.context.empty() ? " (current-context)" : ""));
  } else if (flags.cluster.empty() && flags.server.empty()) {
    return fail(ErrorCode::invalid,
                fmt::format("no current context set in {} (available: {})", files_text(config),
                            available(config.contexts)),
                "choose one with --context, or set current-context (`kubectl config use-context`)");
  }

  const auto asked_by =
      context_name.empty() ? "" : fmt::format(" (named by context \"{}\")", context_name);
  const auto& cluster = flags.cluster.empty() ? choice.context.cluster : flags.cluster;
  if (!cluster.empty()) {
    KAITO_TRY(choice.cluster, entry_named("cluster", cluster, config.clusters, config,
                                          flags.cluster.empty() ? asked_by : ""));
  }
  const auto& user = flags.user.empty() ? choice.context.user : flags.user;
  if (!user.empty()) {
    KAITO_TRY(choice.user,
              entry_named("user", user, config.users, config, flags.user.empty() ? asked_by : ""));
  }
  return choice;
}

Error nothing_found(const LoadedKubeconfig& loaded, bool looked_in_cluster) {
  auto tried = loaded.tried;
  if (looked_in_cluster) tried.emplace_back("this is not a pod with a service account");
  return Error{ErrorCode::unreachable,
               fmt::format("no cluster configuration found: {}", join(tried, "; ")),
               {},
               "start a simulated cluster with `kaitoctl sandbox up`, or set KUBECONFIG (or "
               "--kubeconfig) to your cluster's file",
               nullptr};
}

/// From the files, the pod's service account, or flags alone.
Result<Choice> find(LoadedKubeconfig& loaded, const ConfigOverrides& flags,
                    const Surroundings& surroundings) {
  const bool named = !flags.context.empty() || !flags.cluster.empty() || !flags.user.empty();
  if (!loaded.merged.empty() || named) return choose(loaded.merged, flags);
  if (!loaded.explicit_file && in_cluster_possible(surroundings)) {
    auto pod = in_cluster(surroundings, loaded.warnings);
    pod.cluster.file = pod.user.file = "in-cluster";
    return Choice{{}, std::move(pod.cluster), std::move(pod.user), "in-cluster"};
  }
  if (!flags.server.empty()) return choose(loaded.merged, flags);
  return fail(nothing_found(loaded, !loaded.explicit_file));
}

void fill_impersonation(const UserEntry& user, ClusterConfig& out, Problems& problems) {
  const bool detail = !user.as_uid.empty() || !user.as_groups.empty() || !user.as_extra.empty();
  if (detail && user.as.empty())
    problems.add("impersonation without user: a uid, groups or extra need --as (or `as`) too");
  auto check = [&](const std::string& text) {
    const bool control = std::any_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (control) problems.add("an impersonation value holds control characters");
  };
  check(user.as);
  check(user.as_uid);
  for (const auto& group : user.as_groups)
    check(group);
  for (const auto& [key, values] : user.as_extra)
    for (const auto& value : values)
      check(value);
  out.impersonate_user = user.as;
  out.impersonate_uid = user.as_uid;
  out.impersonate_groups = user.as_groups;
  out.impersonate_extra = user.as_extra;
}

void fill_namespace(const ContextEntry& context, const ConfigOverrides& flags,
                    const Surroundings& surroundings, ClusterConfig& out, Problems& problems) {
  std::string from = "--namespace";
  if (!flags.namespace_.empty()) {
    out.namespace_ = namespace_flag(flags.namespace_);
  } else if (!context.namespace_.empty()) {
    from = fmt::format("context \"{}\" in {}", context.name, context.file);
    out.namespace_ = context.namespace_;
  } else if (in_cluster_possible(surroundings)) {
    from = "the pod's service account";
    out.namespace_ = in_cluster_namespace(surroundings).value_or("default");
  }
  if (auto problem = dns_label_problem(out.namespace_); !problem.empty())
    problems.add(fmt::format("namespace \"{}\" (from {}): {}", out.namespace_, from, problem));
}

void fill_warnings(const auth::Credentials& credentials, ClusterConfig& out) {
  if (out.tls.skip_verification && out.server.tls)
    out.warnings.push_back(fmt::format("the certificate of {} is not verified", out.server.text()));
  if (credentials.any() && !may_carry_credentials(out.server))
    out.warnings.push_back(fmt::format(
        "{} is not https: no credentials are sent, requests are anonymous", out.server.text()));
}

}  // namespace

Result<ClusterConfig> load_cluster_config(const ConfigOverrides& overrides,
                                          const Surroundings& surroundings) {
  if (overrides.insecure_skip_tls_verify && !overrides.certificate_authority.empty())
    return fail(ErrorCode::invalid,
                "--certificate-authority and --insecure-skip-tls-verify exclude each other");
  KAITO_TRY(auto loaded, load_kubeconfig(overrides, surroundings));
  KAITO_TRY(auto choice, find(loaded, overrides, surroundings));
  lay_over(overrides, surroundings.working_directory, choice.cluster);
  lay_over(overrides, surroundings.working_directory, choice.user);

  ClusterConfig config;
  config.origin = choice.origin;
  config.context = choice.context.name;
  const bool from_file = choice.origin != "in-cluster";
  config.cluster = from_file ? choice.cluster.name : "";
  // With a token by flag nothing of the user entry proves anything any more.
  config.user = from_file && overrides.token.empty() ? choice.user.name : "";
  config.warnings = std::move(loaded.warnings);

  Problems problems;
  const bool certificate =
      !choice.user.client_certificate.empty() || !choice.user.client_certificate_data.empty();
  fill_endpoint(choice.cluster, certificate, surroundings, config, problems);
  fill_impersonation(choice.user, config, problems);
  fill_namespace(choice.context, overrides, surroundings, config, problems);
  auto credentials =
      auth::credentials_of(choice.user, {choice.cluster, config}, surroundings, problems);
  if (!problems.empty()) return fail(problems.error());

  fill_warnings(credentials, config);
  config.credentials = std::move(credentials.source);
  config.basic_user = std::move(credentials.basic_user);
  config.basic_password = std::move(credentials.basic_password);
  config.tls.client_cert_pem = std::move(credentials.client_cert_pem);
  config.tls.client_key_pem = std::move(credentials.client_key_pem);
  return config;
}

}  // namespace kaito::kube
