#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/registry.hpp"
#include "commands/status_watch.hpp"
#include "exit_codes.hpp"
#include "kaito/json/json.hpp"
#include "kaito/ops/status.hpp"
#include "output/format.hpp"
#include "output/status_view.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::json::Document;

struct Flags {
  std::vector<std::string> names;
  bool all_namespaces = false;
  bool watch = false;
  bool no_headers = false;
  std::string selector;
  std::string field_selector;
  std::string output;
};

StatusColumns columns(const Flags& flags, OutputFormat format) {
  return {flags.all_namespaces, format == OutputFormat::wide, !flags.no_headers};
}

void print_objects(Context& context, const std::vector<Document>& objects, OutputFormat format,
                   bool as_list) {
  std::vector<const kaito::json::Value*> values;
  values.reserve(objects.size());
  for (const auto& object : objects)
    values.push_back(&object.value());
  if (format == OutputFormat::name) {
    for (const auto* value : values)
      context.out() << object_name_line(*value) << '\n';
  } else {
    context.out() << (as_list ? format_value(list_object(values), format)
                              : format_objects(values, format));
  }
}

kaito::Result<int> show_list(Context& context, kaito::kube::Client& client, const Flags& flags,
                             OutputFormat format) {
  KAITO_TRY(const auto limits, context.limits());
  const std::string namespace_ = flags.all_namespaces ? "" : context.namespace_();
  kaito::k8s::ListOptions options;
  options.label_selector = flags.selector;
  options.field_selector = flags.field_selector;
  KAITO_TRY(const auto list, kaito::ops::list_workspaces(client, namespace_, options, limits));
  if (!is_tabular(format)) {
    print_objects(context, list.items, format, true);
  } else if (list.items.empty() && !flags.watch) {
    context.note(flags.all_namespaces ? "No workspaces found."
                                      : "No workspaces found in namespace " + namespace_ + ".");
  } else {
    context.out() << status_table(list.items, columns(flags, format), context.environment().now());
  }
  context.out() << std::flush;
  if (!flags.watch) return exit_done;
  return watch_status(context, client, namespace_, options, list.resource_version,
                      columns(flags, format), format);
}

kaito::Result<int> show_named(Context& context, kaito::kube::Client& client, const Flags& flags,
                              OutputFormat format) {
  KAITO_TRY(const auto limits, context.limits());
  std::vector<Document> objects;
  std::string resource_version;
  for (const auto& name : flags.names) {
    KAITO_TRY(const auto named, parse_object_name(name));
    const kaito::k8s::ObjectRef ref{
        named.inference_set ? kaito::k8s::types::inference_set() : kaito::k8s::types::workspace(),
        context.namespace_(), named.name};
    const bool detail = flags.names.size() == 1 && format == OutputFormat::table && !flags.watch;
    if (detail) {
      KAITO_TRY(const auto found, kaito::ops::status_detail(client, ref, limits));
      context.out() << status_detail_text(found, context.environment().now(), context.color_out());
      return exit_done;
    }
    KAITO_TRY(auto object, named.inference_set ? client.get(ref, limits)
                                               : kaito::ops::get_workspace(client, ref.namespace_,
                                                                           ref.name, limits));
    resource_version = kaito::json::string_at(object.value(), {"metadata", "resourceVersion"});
    objects.push_back(std::move(object));
  }
  if (is_tabular(format))
    context.out() << status_table(objects, columns(flags, format), context.environment().now());
  else
    print_objects(context, objects, format, false);
  context.out() << std::flush;
  if (!flags.watch) return exit_done;
  if (flags.names.size() > 1)
    return kaito::fail(kaito::ErrorCode::usage, "-w watches one workspace or all of them",
                       "leave out the names, or name one");
  kaito::k8s::ListOptions options;
  options.field_selector = "metadata.name=" + flags.names.front();
  return watch_status(context, client, context.namespace_(), options, resource_version,
                      columns(flags, format), format);
}

kaito::Result<int> status(Context& context, const Flags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  if (!flags.names.empty() &&
      (flags.all_namespaces || !flags.selector.empty() || !flags.field_selector.empty()))
    return kaito::fail(kaito::ErrorCode::usage, "names do not go with -A or a selector",
                       "leave out one of them");
  KAITO_TRY(auto* client, context.client());
  return flags.names.empty() ? show_list(context, *client, flags, format)
                             : show_named(context, *client, flags, format);
}

}  // namespace

void add_status(CommandLine& root, Context& context) {
  auto flags = std::make_shared<Flags>();
  auto command = root.command("status", "Show workspaces: a table, or one of them in detail");
  command.positionals("NAME", flags->names, "Workspaces (default: all of the namespace)")
      .flag("-A,--all-namespaces", flags->all_namespaces, "In all namespaces")
      .flag("-w,--watch", flags->watch, "Go on with a line for each change")
      .flag("--no-headers", flags->no_headers, "No header line")
      .text("-l,--selector", flags->selector, "Only those with these labels (a=b,c!=d)", "SELECTOR")
      .text("--field-selector", flags->field_selector, "Only those with these fields", "SELECTOR")
      .text("-o,--output", flags->output, "json, yaml, wide or name", "FORMAT");
  command.run([&context, flags] { return context.exit_code_of(status(context, *flags)); });
}

}  // namespace kaitoctl::commands
