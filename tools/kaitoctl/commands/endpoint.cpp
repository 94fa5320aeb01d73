#include <iostream>
#include <memory>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/ops/status.hpp"
#include "output/format.hpp"

namespace kaitoctl::commands {

namespace {

struct Flags {
  std::string name;
  bool all = false;
  std::string output;
};

kaito::Result<int> endpoint(Context& context, const Flags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_TRY(const auto named, parse_object_name(flags.name));
  if (named.inference_set) {
    return kaito::fail(
        kaito::ErrorCode::usage, "an InferenceSet has no Service of its own",
        "name one of its Workspaces: kaitoctl status -l inferenceset.kaito.sh/created-by=" +
            named.name);
  }
  KAITO_TRY(auto* client, context.client());
  KAITO_TRY(const auto limits, context.limits());
  KAITO_TRY(const auto found,
            kaito::ops::endpoint(*client, context.namespace_(), named.name, limits));
  if (!found.ready)
    context.note("workspace \"" + named.name + "\" is not ready: the endpoint does not answer yet");
  if (!is_tabular(format)) {
    boost::json::object report{{"apiVersion", "kaitoctl.dev/v1"}, {"kind", "EndpointReport"}};
    report["name"] = named.name;
    report["namespace"] = context.namespace_();
    report["ready"] = found.ready;
    report["clusterURL"] = found.cluster_url;
    report["proxyURL"] = found.proxy_url;
    if (!found.external_url.empty()) report["externalURL"] = found.external_url;
    context.out() << format_value(report,
                                  format == OutputFormat::name ? OutputFormat::json : format);
    return exit_done;
  }
  if (!flags.all) {
    context.out() << (found.external_url.empty() ? found.cluster_url : found.external_url) << '\n';
    return exit_done;
  }
  Table table{{"ACCESS", "URL"}, {}};
  table.rows.push_back({"cluster", found.cluster_url});
  table.rows.push_back({"proxy", found.proxy_url});
  if (!found.external_url.empty()) table.rows.push_back({"external", found.external_url});
  context.out() << table.text();
  return exit_done;
}

}  // namespace

void add_endpoint(CommandLine& root, Context& context) {
  auto flags = std::make_shared<Flags>();
  auto command = root.command("endpoint", "Print the URL of a workspace's model server");
  command.positional("NAME", flags->name, "Workspace")
      .flag("--all", flags->all,
            "Every way to reach it: in the cluster, through the API server, from outside")
      .text("-o,--output", flags->output, "json or yaml", "FORMAT");
  command.run([&context, flags] { return context.exit_code_of(endpoint(context, *flags)); });
}

}  // namespace kaitoctl::commands
