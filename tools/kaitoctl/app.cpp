#include "app.hpp"

#include <exception>
#include <iostream>
#include <variant>

#include "command_line.hpp"
#include "commands/registry.hpp"
#include "context.hpp"
#include "exit_codes.hpp"
#include "kaito/base/text.hpp"

namespace kaitoctl {

namespace {

void add_global_flags(CommandLine root, GlobalFlags& flags,
                      std::optional<std::int64_t>& verbosity) {
  auto& cluster = flags.cluster;
  root.text("-n,--namespace", cluster.namespace_, "Namespace", "NS")
      .text("--context", cluster.context, "kubeconfig context to use", "NAME")
      .text("--cluster", cluster.cluster, "kubeconfig cluster to use", "NAME")
      .text("--user", cluster.user, "kubeconfig user to use", "NAME")
      .text("--kubeconfig", cluster.kubeconfig, "kubeconfig file", "FILE")
      .text("-s,--server", cluster.server, "API server to talk to", "URL")
      .text("--token", cluster.token,
            "Bearer token; replaces the kubeconfig's credentials, client certificate included",
            "TOKEN")
      .text("--certificate-authority", cluster.certificate_authority, "CA file of the API server",
            "FILE")
      .text("--client-certificate", cluster.client_certificate, "Client certificate file", "FILE")
      .text("--client-key", cluster.client_key, "Client key file", "FILE")
      .text("--tls-server-name", cluster.tls_server_name,
            "Name to verify the server's certificate for", "NAME")
      .flag("--insecure-skip-tls-verify", cluster.insecure_skip_tls_verify,
            "Do not verify the server's certificate")
      .text("--proxy-url", cluster.proxy_url,
            "Proxy to the API server, instead of the kubeconfig's and the environment's", "URL")
      .flag("--disable-compression", cluster.disable_compression,
            "Take no compressed answers from the API server")
      .text("--as", cluster.as, "User to act as", "USER")
      .texts("--as-group", cluster.as_groups, "Group to act as; repeatable", "GROUP")
      .text("--as-uid", cluster.as_uid, "UID to act as", "UID")
      .text("--request-timeout", flags.request_timeout,
            "How long one request may take (30s, 1m; 0: no limit)", "DURATION")
      .integer("-v", verbosity,
               "Log to stderr: 1 decisions, 4 requests, 6 headers, 8 bodies; credentials never",
               "LEVEL")
      .flag("-q,--quiet", flags.quiet, "No notes or progress on stderr")
      .texts("--catalog", flags.catalogs,
             "A folder of your own model and instance type files; repeatable", "DIR")
      .choice("--color", flags.color, {"auto", "always", "never"}, "When to use colour")
      .flag("--no-input", flags.no_input, "Never ask")
      .flag("-y,--yes", flags.yes, "Answer yes to questions");
}

/// Runs the command that the arguments name, or gives what to print instead of that.
std::variant<int, Parser::Outcome> run_command(const std::vector<std::string>& arguments,
                                               Environment& environment, Detail detail) {
  GlobalFlags flags;
  std::optional<std::int64_t> verbosity;
  Context context(environment, flags);
  Parser parser("Serve AI models on Kubernetes with KAITO.", arguments, detail);
  CommandLine root = parser.root();
  add_global_flags(root, flags, verbosity);
  commands::add_all(root, context);

  auto outcome = parser.parse();
  if (!outcome.action) return outcome;
  flags.verbosity = verbosity.value_or(0);
  if (auto timeout = request_timeout(flags); !timeout) return context.report(timeout.error());
  return outcome.action();
}

int run_checked(const std::vector<std::string>& arguments, Environment& environment) {
  auto result = run_command(arguments, environment, Detail::asked);
  if (!std::holds_alternative<int>(result))
    result = run_command(arguments, environment, Detail::whole);
  if (const int* code = std::get_if<int>(&result)) return *code;
  const auto& instead = std::get<Parser::Outcome>(result);
  *environment.out << instead.output;
  *environment.err << instead.error;
  return instead.error.empty() ? exit_done : exit_usage;
}

}  // namespace

int run(const std::vector<std::string>& arguments, Environment& environment) {
  int code = exit_failed;
  try {
    code = run_checked(arguments, environment);
  } catch (const std::exception& exception) {
    *environment.err << "error: " << kaito::escape_controls(exception.what())
                     << "\n  hint: this is a bug in kaitoctl; please report it\n";
  }
  environment.out->flush();
  return code;
}

}  // namespace kaitoctl
