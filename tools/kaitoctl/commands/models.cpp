#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/base/text.hpp"
#include "kaito/catalog/generator.hpp"
#include "output/format.hpp"
#include "output/model_view.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::ErrorCode;
using kaito::Result;
using kaito::catalog::Catalog;
using kaito::catalog::Lifecycle;
using kaito::catalog::Preset;

struct ListFlags {
  bool tunable = false;
  bool all = false;
  std::string family;
  std::string search;
  std::string cloud = "azure";
  std::string output;
};

struct ShowFlags {
  std::string model;
  std::string config;
  std::string weights;
  bool catalog_entry = false;
  std::string output;
};

bool wanted(const Preset& preset, const ListFlags& flags) {
  if (!flags.all && preset.lifecycle != Lifecycle::current) return false;
  if (flags.tunable && !preset.tunable) return false;
  if (!flags.family.empty() && !kaito::equals_ignoring_case(preset.family, flags.family))
    return false;
  if (flags.search.empty()) return true;
  const auto needle = kaito::to_lower(flags.search);
  return kaito::to_lower(preset.name).find(needle) != std::string::npos ||
         kaito::to_lower(preset.hugging_face).find(needle) != std::string::npos;
}

/// A family that no model has: says which there are.
Result<void> check_family(const Catalog& catalog, const std::string& family) {
  std::vector<std::string> families;
  for (const Preset& preset : catalog.presets()) {
    if (kaito::equals_ignoring_case(preset.family, family)) return {};
    if (families.empty() || families.back() != preset.family) families.push_back(preset.family);
  }
  return kaito::fail(ErrorCode::not_found,
                     "no family is called \"" + kaito::shorten(family, 60) + "\"",
                     "the families are " + kaito::join(families, ", "));
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

Result<int> list(Context& context, const ListFlags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_TRY(const Catalog* catalog, context.catalog());
  if (!flags.family.empty()) KAITO_CHECK(check_family(*catalog, flags.family));
  std::vector<ModelRow> rows;
  for (const Preset& preset : catalog->presets()) {
    if (!wanted(preset, flags)) continue;
    if (format == OutputFormat::name) {
      context.out() << preset.name << '\n';
      continue;
    }
    const bool served = preset.lifecycle == Lifecycle::current;
    rows.push_back({&preset, served ? smallest_fit(*catalog, preset, flags.cloud) : SmallestFit{}});
  }
  if (format == OutputFormat::name) return exit_done;
  if (!is_tabular(format)) {
    context.out() << format_value(models_report(rows), format);
  } else if (rows.empty()) {
    context.note("no model matches; kaitoctl models list --all has the retired ones too");
  } else {
    context.out() << models_text(rows, style_of(context, format), flags.all);
  }
  return exit_done;
}

/// What is asked for: of the catalogue, or out of --model-config.
struct Subject {
  Preset preset;
  std::vector<std::string> unknown;
};

Result<Subject> subject(Context& context, const ShowFlags& flags, const Catalog& catalog) {
  KAITO_TRY(const auto resolved, catalog.resolve(flags.model));
  if (resolved.differs) context.note(flags.model + " is " + resolved.name);
  std::optional<kaito::Quantity> weights;
  if (!flags.weights.empty()) {
    auto parsed = kaito::Quantity::parse(flags.weights);
    if (!parsed || parsed->value() <= 0) {
      return kaito::fail(
          ErrorCode::usage,
          "--weights " + kaito::shorten(flags.weights, 60) + " is no size of weight files",
          "write it as 27.31Gi");
    }
    weights = std::move(*parsed);
  }
  if (flags.config.empty() && resolved.preset != nullptr) return Subject{*resolved.preset, {}};
  std::string id = resolved.name;
  if (resolved.preset != nullptr) {
    id = resolved.preset->hugging_face;
    if (!weights) weights = resolved.preset->weights;
  }
  if (flags.config.empty()) {
    return kaito::fail(
        ErrorCode::not_found,
        id + " is not in the catalogue: its size and dimensions are not known",
        "KAITO takes any Hugging Face id; say what it is: --model-config FILE (the model's "
        "config.json) and --weights SIZE (the sum of its .safetensors files)");
  }
  KAITO_TRY(const std::string text, context.read_input(flags.config));
  KAITO_TRY(auto made, kaito::catalog::model_from_config(text, flags.config, id, weights));
  return Subject{std::move(made.preset), std::move(made.unknown)};
}

Result<int> show(Context& context, const ShowFlags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_TRY(const Catalog* catalog, context.catalog());
  KAITO_TRY(const Subject shown, subject(context, flags, *catalog));
  if (flags.catalog_entry) {
    context.out() << kaito::catalog::catalog_file({shown.preset, {}});
    for (const std::string& fact : shown.unknown)
      context.warn("not known: " + fact);
  } else if (format == OutputFormat::name) {
    context.out() << shown.preset.name << '\n';
  } else if (is_tabular(format)) {
    KAITO_TRY(const std::string text,
              model_text(*catalog, shown.preset, shown.unknown, style_of(context, format)));
    context.out() << text;
  } else {
    KAITO_TRY(const auto report, model_report(*catalog, shown.preset, shown.unknown));
    context.out() << format_value(report, format);
  }
  return exit_done;
}

void add_list(CommandLine& models, Context& context) {
  auto flags = std::make_shared<ListFlags>();
  auto command = models.command("list", "List the models that KAITO serves");
  command.flag("--tunable", flags->tunable, "Only models that can be fine-tuned")
      .flag("--all", flags->all, "Deprecated and retired models too")
      .text("--family", flags->family, "Only this family", "FAMILY")
      .text("--search", flags->search, "Only names that hold this text", "TEXT")
      .choice("--cloud", flags->cloud, {"azure", "aws", "arc"}, "Whose SKUs to look at")
      .text("-o,--output", flags->output, "json, yaml, wide or name", "FORMAT");
  command.run([&context, flags] { return context.exit_code_of(list(context, *flags)); });
}

void add_show(CommandLine& models, Context& context) {
  auto flags = std::make_shared<ShowFlags>();
  auto command = models.command("show", "All that is known of one model");
  command.positional("MODEL", flags->model, "A preset, a short form of one, or a Hugging Face id")
      .text("--model-config", flags->config,
            "The model's config.json, where the catalogue does not know it", "FILE")
      .text("--weights,--weight-size", flags->weights, "The size of its weight files", "SIZE")
      .flag("--catalog-entry", flags->catalog_entry,
            "Print a file for your own catalogue (docs/catalogue.md)")
      .text("-o,--output", flags->output, "json, yaml or name", "FORMAT")
      .footer(
          "Examples:\n"
          "  kaitoctl models show phi-4\n"
          "  kaitoctl models show falcon-7b\n"
          "  kaitoctl models show my-org/my-model --model-config config.json --weights 14.9Gi");
  command.run([&context, flags] { return context.exit_code_of(show(context, *flags)); });
}

}  // namespace

void add_models(CommandLine& root, Context& context) {
  auto models = root.command("models", "The built-in model catalogue");
  add_list(models, context);
  add_show(models, context);
}

}  // namespace kaitoctl::commands
