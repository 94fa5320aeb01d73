#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/base/text.hpp"
#include "kaito/catalog/catalog.hpp"
#include "output/format.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::catalog::Catalog;
using kaito::catalog::Lifecycle;
using kaito::catalog::Preset;

struct Flags {
  bool tunable = false;
  bool all = false;
  std::string family;
  std::string search;
  std::string cloud = "azure";
  std::string output;
};

bool wanted(const Preset& preset, const Flags& flags) {
  if (!flags.all && preset.lifecycle == Lifecycle::retired) return false;
  if (flags.tunable && !preset.tunable) return false;
  if (!flags.family.empty() && !kaito::equals_ignoring_case(preset.family, flags.family))
    return false;
  if (flags.search.empty()) return true;
  const auto needle = kaito::to_lower(flags.search);
  return kaito::to_lower(preset.name).find(needle) != std::string::npos ||
         kaito::to_lower(preset.hugging_face).find(needle) != std::string::npos;
}

std::string runtimes(const Preset& preset) {
  if (preset.vllm && preset.transformers) return "vllm,transformers";
  return preset.vllm ? "vllm" : preset.transformers ? "transformers" : "-";
}

std::string lifecycle(const Preset& preset) {
  switch (preset.lifecycle) {
    case Lifecycle::current:
      return "current";
    case Lifecycle::deprecated:
      return "deprecated";
    case Lifecycle::retired:
      return "until " + preset.last_release;
  }
  return {};
}

std::vector<std::string> row(const Preset& preset, const Catalog& catalog, const Flags& flags,
                             bool wide) {
  std::string sku = "-";
  if (preset.weights && preset.lifecycle != Lifecycle::retired) {
    if (const auto* found = catalog.smallest_sku_for(*preset.weights, flags.cloud))
      sku = found->name;
  }
  std::vector<std::string> cells{preset.name,
                                 preset.family,
                                 preset.weights ? preset.weights->text() : "-",
                                 preset.context_limit ? std::to_string(*preset.context_limit) : "-",
                                 runtimes(preset),
                                 preset.tunable ? "yes" : "no",
                                 preset.gated ? "yes" : "no",
                                 sku};
  if (wide || flags.all) cells.push_back(lifecycle(preset));
  if (wide) {
    cells.push_back(preset.license.empty() ? "-" : preset.license);
    cells.push_back(preset.hugging_face.empty() ? "-" : preset.hugging_face);
  }
  return cells;
}

kaito::Result<int> list(Context& context, const Flags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_TRY(const Catalog* catalog, Catalog::builtin());
  Table table{
      {"NAME", "FAMILY", "WEIGHTS", "CONTEXT", "RUNTIME", "TUNABLE", "GATED", "SMALLEST-SKU"}, {}};
  const bool wide = format == OutputFormat::wide;
  if (wide || flags.all) table.header.emplace_back("RELEASE");
  if (wide) table.header.insert(table.header.end(), {"LICENSE", "HUGGINGFACE"});
  boost::json::array records;
  for (const Preset& preset : catalog->presets()) {
    if (!wanted(preset, flags)) continue;
    if (format == OutputFormat::name)
      context.out() << preset.name << '\n';
    else if (is_tabular(format))
      table.rows.push_back(row(preset, *catalog, flags, wide));
    else
      records.push_back(preset.record.value());
  }
  if (is_tabular(format)) {
    if (table.rows.empty())
      context.note("no model matches; kaitoctl models list --all has the retired ones too");
    else
      context.out() << table.text();
  } else if (format != OutputFormat::name) {
    boost::json::object report{{"apiVersion", "kaitoctl.dev/v1"}, {"kind", "ModelList"}};
    report["items"] = std::move(records);
    context.out() << format_value(report, format);
  }
  return exit_done;
}

}  // namespace

void add_models(CommandLine& root, Context& context) {
  auto flags = std::make_shared<Flags>();
  auto models = root.command("models", "The built-in model catalogue");
  auto command = models.command("list", "List the models that KAITO serves");
  command.flag("--tunable", flags->tunable, "Only models that can be fine-tuned")
      .flag("--all", flags->all, "Retired models too")
      .text("--family", flags->family, "Only this family", "FAMILY")
      .text("--search", flags->search, "Only names that hold this text", "TEXT")
      .choice("--cloud", flags->cloud, {"azure", "aws", "arc"}, "Whose SKUs to look at")
      .text("-o,--output", flags->output, "json, yaml, wide or name", "FORMAT");
  command.run([&context, flags] {
    auto code = list(context, *flags);
    return code ? *code : context.report(code.error());
  });
}

}  // namespace kaitoctl::commands
