#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/plan_flags.hpp"
#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/catalog/catalog.hpp"
#include "output/format.hpp"
#include "output/plan_view.hpp"

namespace kaitoctl::commands {

namespace {

kaito::Result<int> plan(Context& context, const PlanFlags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_TRY(const auto* catalog, context.catalog());
  KAITO_TRY(const PlanAnswer answer, answer_plan(context, flags, *catalog));
  if (format == OutputFormat::name) {
    if (const auto* subject = answer.subject(); subject != nullptr && subject->fits())
      context.out() << subject->node.name << '\n';
  } else if (is_tabular(format)) {
    const Environment& environment = context.environment();
    TextStyle style;
    style.width = environment.width;
    style.utf8 = environment.utf8;
    style.color = context.color_out();
    style.wide = format == OutputFormat::wide;
    context.out() << plan_text(answer, style);
  } else {
    context.out() << format_value(plan_report(answer), format);
  }
  return answer.fits() ? exit_done : exit_failed;
}

}  // namespace

void add_plan(CommandLine& root, Context& context) {
  auto flags = std::make_shared<PlanFlags>();
  auto command = root.command("plan", "Which GPU nodes a model fits on, and how many, explained");
  add_plan_flags(command, *flags);
  command.run([&context, flags] { return context.exit_code_of(plan(context, *flags)); });
}

}  // namespace kaitoctl::commands
