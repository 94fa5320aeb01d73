#include "commands/status_watch.hpp"

#include <iostream>

#include "exit_codes.hpp"
#include "kaito/json/json.hpp"
#include "kaito/ops/status.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::kube::WatchEvent;

void print_event(Context& context, const WatchEvent& event, StatusColumns columns,
                 OutputFormat format) {
  const auto& object = event.object.value();
  if (format == OutputFormat::name) {
    context.out() << object_name_line(object) << '\n';
  } else if (!is_tabular(format)) {
    context.out() << format_value(object, format);
  } else {
    columns.header = false;
    context.out() << status_table({event.object}, columns, context.environment().now());
  }
  context.out() << std::flush;
}

/// Reads one watch to its end; `resource_version` follows the events.
kaito::Result<void> follow(Context& context, kaito::kube::Watch& watch,
                           std::string& resource_version, const StatusColumns& columns,
                           OutputFormat format) {
  for (;;) {
    KAITO_TRY(const auto event, watch.next(context.limits_until(kaito::Deadline::never())));
    if (!event) return {};
    resource_version =
        kaito::json::string_at(event->object.value(), {"metadata", "resourceVersion"});
    if (event->type != WatchEvent::Type::bookmark) print_event(context, *event, columns, format);
    if (!*context.environment().out) {
      // The reader of our output went away (| head): nobody is left to watch for.
      return kaito::fail(kaito::ErrorCode::interrupted, "the output was closed");
    }
  }
}

}  // namespace

kaito::Result<int> watch_status(Context& context, kaito::kube::Client& client,
                                const std::string& namespace_,
                                const kaito::k8s::ListOptions& options,
                                std::string resource_version, StatusColumns columns,
                                OutputFormat format) {
  const auto type = kaito::k8s::types::workspace();
  for (;;) {
    kaito::k8s::WatchOptions watch_options;
    watch_options.label_selector = options.label_selector;
    watch_options.field_selector = options.field_selector;
    watch_options.resource_version = resource_version;
    KAITO_TRY(const auto limits, context.limits());
    auto watch = client.watch(type, namespace_, watch_options, limits);
    kaito::Result<void> ended;
    if (watch)
      ended = follow(context, **watch, resource_version, columns, format);
    else
      ended = kaito::fail(std::move(watch.error()));
    if (ended) continue;
    const auto code = ended.error().code;
    if (code == kaito::ErrorCode::interrupted && !*context.environment().out) return exit_done;
    if (code == kaito::ErrorCode::unreachable && watch) continue;  // broke while open: resume
    if (code != kaito::ErrorCode::expired) return kaito::fail(std::move(ended.error()));
    KAITO_TRY(const auto again, context.limits());
    KAITO_TRY(const auto list, kaito::ops::list_workspaces(client, namespace_, options, again));
    for (const auto& item : list.items)
      print_event(context, {WatchEvent::Type::added, item}, columns, format);
    resource_version = list.resource_version;
  }
}

}  // namespace kaitoctl::commands
