#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/base/version.hpp"
#include "output/format.hpp"

namespace kaitoctl::commands {

namespace {

struct Flags {
  bool client_only = false;
  std::string output;
};

constexpr auto server_patience = std::chrono::seconds(5);

/// The API server's version where there is a cluster to ask; "" where no kubeconfig was found.
kaito::Result<std::string> server_version(Context& context) {
  auto client = context.client();
  if (!client) {
    if (client.error().code == kaito::ErrorCode::unreachable) return std::string();
    return kaito::fail(std::move(client.error()));
  }
  return (*client)->server_version(context.limits_until(kaito::Deadline::after(server_patience)));
}

int version(Context& context, const Flags& flags) {
  auto format = parse_output_format(flags.output);
  if (format && *format != OutputFormat::table && *format != OutputFormat::json &&
      *format != OutputFormat::yaml)
    format = kaito::fail(kaito::ErrorCode::usage, "version has no such output format",
                         "-o takes json or yaml");
  if (!format) return context.report(format.error());

  std::string server;
  int code = exit_done;
  if (!flags.client_only) {
    auto answer = server_version(context);
    if (answer)
      server = *answer;
    else
      code = context.report(answer.error());
  }
  if (!is_tabular(*format)) {
    boost::json::object report{{"apiVersion", "kaitoctl.dev/v1"}, {"kind", "VersionReport"}};
    report["version"] = std::string(kaito::version());
    report["kaitoRelease"] = std::string(kaito::kaito_release());
    if (!server.empty()) report["serverVersion"] = server;
    context.out() << format_value(report, *format);
    return code;
  }
  context.out() << "kaitoctl " << kaito::version() << " (KAITO " << kaito::kaito_release() << ")\n";
  if (!server.empty()) context.out() << "Kubernetes " << server << '\n';
  return code;
}

}  // namespace

void add_version(CommandLine& root, Context& context) {
  auto flags = std::make_shared<Flags>();
  auto command = root.command("version", "Show the versions of kaitoctl and of the API server");
  command.flag("--client", flags->client_only, "Do not ask the API server")
      .text("-o,--output", flags->output, "json or yaml", "FORMAT");
  command.run([&context, flags] { return version(context, *flags); });
}

}  // namespace kaitoctl::commands
