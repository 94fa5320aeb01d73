#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/base/quantity.hpp"
#include "kaito/base/text.hpp"
#include "kaito/catalog/catalog.hpp"
#include "output/format.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::catalog::Catalog;
using kaito::catalog::Lifecycle;
using kaito::catalog::Sku;

struct Flags {
  std::string cloud;
  std::string gpu;
  std::string min_memory;
  bool all = false;
  std::string output;
};

bool wanted(const Sku& sku, const Flags& flags, const kaito::Quantity& least) {
  if (!flags.all && sku.lifecycle == Lifecycle::retired) return false;
  if (!flags.cloud.empty() && sku.cloud != flags.cloud) return false;
  if (!flags.gpu.empty() &&
      kaito::to_lower(sku.gpu).find(kaito::to_lower(flags.gpu)) == std::string::npos)
    return false;
  return kaito::Quantity::from_bytes(sku.gpu_memory_gib << 30) >= least;
}

std::vector<std::string> row(const Sku& sku, const Flags& flags, bool wide) {
  std::vector<std::string> cells{sku.name,
                                 sku.cloud,
                                 sku.gpu.empty() ? "-" : sku.gpu,
                                 std::to_string(sku.gpu_count),
                                 std::to_string(sku.gpu_memory_gib) + "Gi",
                                 sku.nvme ? "yes" : "no"};
  if (wide || flags.all)
    cells.push_back(sku.lifecycle == Lifecycle::retired ? "until " + sku.last_release : "current");
  if (wide) {
    cells.push_back(sku.compute_capability.empty() ? "-" : sku.compute_capability);
    cells.push_back(sku.retired_because.empty() ? "-" : sku.retired_because);
  }
  return cells;
}

kaito::Result<int> list(Context& context, const Flags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_TRY(const Catalog* catalog, Catalog::builtin());
  auto least = kaito::Quantity::parse(flags.min_memory.empty() ? "0" : flags.min_memory);
  if (!least) {
    return kaito::fail(kaito::ErrorCode::usage, "--min-memory: " + least.error().message,
                       "write it as 40Gi");
  }
  const bool wide = format == OutputFormat::wide;
  Table table{{"NAME", "CLOUD", "GPU", "GPUS", "GPU-MEMORY", "NVME"}, {}};
  if (wide || flags.all) table.header.emplace_back("RELEASE");
  if (wide) table.header.insert(table.header.end(), {"COMPUTE", "RETIRED-BECAUSE"});
  boost::json::array records;
  for (const Sku& sku : catalog->skus()) {
    if (!wanted(sku, flags, *least)) continue;
    if (format == OutputFormat::name)
      context.out() << sku.name << '\n';
    else if (is_tabular(format))
      table.rows.push_back(row(sku, flags, wide));
    else
      records.push_back(sku.record.value());
  }
  if (is_tabular(format)) {
    if (table.rows.empty())
      context.note("no SKU matches; kaitoctl skus list --all has the retired ones too");
    else
      context.out() << table.text();
  } else if (format != OutputFormat::name) {
    boost::json::object report{{"apiVersion", "kaitoctl.dev/v1"}, {"kind", "SkuList"}};
    report["items"] = std::move(records);
    context.out() << format_value(report, format);
  }
  return exit_done;
}

}  // namespace

void add_skus(CommandLine& root, Context& context) {
  auto flags = std::make_shared<Flags>();
  auto skus = root.command("skus", "The GPU instance types of the clouds");
  auto command = skus.command("list", "List the GPU instance types");
  command.choice("--cloud", flags->cloud, {"azure", "aws", "arc"}, "Only this cloud")
      .text("--gpu", flags->gpu, "Only GPUs whose name holds this text", "NAME")
      .text("--min-memory", flags->min_memory, "At least this much GPU memory, all GPUs together",
            "QUANTITY")
      .flag("--all", flags->all, "Retired ones too")
      .text("-o,--output", flags->output, "json, yaml, wide or name", "FORMAT");
  command.run([&context, flags] {
    auto code = list(context, *flags);
    return code ? *code : context.report(code.error());
  });
}

}  // namespace kaitoctl::commands
