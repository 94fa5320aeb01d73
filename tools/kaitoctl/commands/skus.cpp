#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/base/quantity.hpp"
#include "kaito/base/text.hpp"
#include "output/format.hpp"
#include "output/sku_view.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::catalog::Catalog;
using kaito::catalog::Lifecycle;
using kaito::catalog::Sku;

struct ListFlags {
  std::string cloud;
  std::string gpu;
  std::string min_memory;
  bool all = false;
  std::string output;
};

struct ShowFlags {
  std::string sku;
  std::string cloud;
  std::string output;
};

bool wanted(const Sku& sku, const ListFlags& flags, const kaito::Quantity& least) {
  if (!flags.all && sku.lifecycle == Lifecycle::retired) return false;
  if (!flags.cloud.empty() && sku.cloud != flags.cloud) return false;
  if (!flags.gpu.empty() &&
      kaito::to_lower(sku.gpu).find(kaito::to_lower(flags.gpu)) == std::string::npos)
    return false;
  return kaito::Quantity::from_bytes(sku.gpu_memory_gib << 30) >= least;
}

TextStyle style_of(Context& context, OutputFormat format) {
  const Environment& environment = context.environment();
  TextStyle style;
  style.width = environment.out_is_terminal ? environment.width : 0;
  style.utf8 = environment.utf8;
  style.color = context.color_out();
  style.wide = format == OutputFormat::wide;
  return style;
}

kaito::Result<int> list(Context& context, const ListFlags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_TRY(const Catalog* catalog, context.catalog());
  auto least = kaito::Quantity::parse(flags.min_memory.empty() ? "0" : flags.min_memory);
  if (!least) {
    return kaito::fail(kaito::ErrorCode::usage, "--min-memory: " + least.error().message,
                       "write it as 40Gi");
  }
  SkuRows rows;
  for (const Sku& sku : catalog->skus())
    if (wanted(sku, flags, *least)) rows.push_back(&sku);
  if (format == OutputFormat::name) {
    for (const Sku* sku : rows)
      context.out() << sku->name << '\n';
  } else if (!is_tabular(format)) {
    context.out() << format_value(skus_report(rows), format);
  } else if (rows.empty()) {
    context.note("no SKU matches; kaitoctl skus list --all has the retired ones too");
  } else {
    context.out() << skus_text(rows, style_of(context, format), flags.all);
  }
  return exit_done;
}

kaito::Result<int> show(Context& context, const ShowFlags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_TRY(const Catalog* catalog, context.catalog());
  KAITO_TRY(const Sku* sku, catalog->resolve_sku(flags.sku, flags.cloud));
  if (sku->name != flags.sku) context.note(flags.sku + " is " + sku->name);
  if (format == OutputFormat::name)
    context.out() << sku->name << '\n';
  else if (is_tabular(format))
    context.out() << sku_text(*catalog, *sku, style_of(context, format));
  else
    context.out() << format_value(sku_report(*catalog, *sku), format);
  return exit_done;
}

void add_list(CommandLine& skus, Context& context) {
  auto flags = std::make_shared<ListFlags>();
  auto command = skus.command("list", "List the GPU instance types");
  command.choice("--cloud", flags->cloud, {"azure", "aws", "arc"}, "Only this cloud")
      .text("--gpu", flags->gpu, "Only GPUs whose name holds this text", "NAME")
      .text("--min-memory", flags->min_memory, "At least this much GPU memory, all GPUs together",
            "QUANTITY")
      .flag("--all", flags->all, "Retired ones too")
      .text("-o,--output", flags->output, "json, yaml, wide or name", "FORMAT");
  command.run([&context, flags] { return context.exit_code_of(list(context, *flags)); });
}

void add_show(CommandLine& skus, Context& context) {
  auto flags = std::make_shared<ShowFlags>();
  auto command = skus.command("show", "All that is known of one GPU instance type");
  command.positional("SKU", flags->sku, "Its name, in any letter case")
      .choice("--cloud", flags->cloud, {"azure", "aws", "arc"}, "Look in this cloud alone")
      .text("-o,--output", flags->output, "json, yaml or name", "FORMAT");
  command.run([&context, flags] { return context.exit_code_of(show(context, *flags)); });
}

}  // namespace

void add_skus(CommandLine& root, Context& context) {
  auto skus = root.command("skus", "The GPU instance types of the clouds");
  add_list(skus, context);
  add_show(skus, context);
}

}  // namespace kaitoctl::commands
