#include "output/model_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/plan/facts.hpp"
#include "kaito/plan/ranking.hpp"
#include "output/columns.hpp"
#include "output/fact_page.hpp"

namespace kaitoctl {

namespace {

using kaito::catalog::Architecture;
using kaito::catalog::Catalog;
using kaito::catalog::Lifecycle;
using kaito::catalog::Preset;

constexpr std::array<std::string_view, 3> clouds = {"azure", "aws", "arc"};

[[nodiscard]] std::string runtimes(const Preset& preset) {
  if (preset.vllm && preset.transformers) return "vllm,transformers";
  return preset.vllm ? "vllm" : preset.transformers ? "transformers" : "-";
}

[[nodiscard]] std::string release(const Preset& preset) {
  if (preset.lifecycle == Lifecycle::retired)
    return preset.first_release + " - " + preset.last_release;
  const std::string since = "since " + preset.first_release;
  return preset.lifecycle == Lifecycle::deprecated ? since + ", deprecated" : since;
}

/// "2 x A100" of one node, "3 nodes of 1 x A100".
[[nodiscard]] std::string gpus(const SmallestFit& fit) {
  if (fit.sku == nullptr) return "-";
  std::string_view model = fit.sku->gpu;
  if (model.starts_with("NVIDIA ")) model.remove_prefix(7);
  return fmt::format("{} x {}", fit.sku->gpu_count * fit.nodes, model);
}

[[nodiscard]] std::string sku_name(const SmallestFit& fit) {
  if (fit.sku == nullptr) return "-";
  return fit.nodes == 1 ? fit.sku->name : fmt::format("{} x {}", fit.nodes, fit.sku->name);
}

/// The text of a column's cell for one model.
using Cell = std::string (*)(const ModelRow& row);

[[nodiscard]] Column column(std::string header, int importance, const std::vector<ModelRow>& rows,
                            Cell cell) {
  Column out{std::move(header), {}, importance};
  for (const ModelRow& row : rows)
    out.cells.push_back(cell(row));
  return out;
}

[[nodiscard]] boost::json::object fit_json(const SmallestFit& fit) {
  return {{"instanceType", fit.sku->name}, {"nodes", fit.nodes}};
}

[[nodiscard]] std::string quantity(const std::optional<kaito::Quantity>& value) {
  return value ? value->text() : std::string();
}

/// "200 KiB a token: 2 x 10 heads x 128 x 40 layers x 2 bytes"
[[nodiscard]] std::string cache(const Preset& preset) {
  if (!preset.bytes_per_token) return {};
  const Architecture& size = preset.architecture;
  std::string out =
      fmt::format("{:g} KiB a token", static_cast<double>(*preset.bytes_per_token) / 1024.0);
  if (size.attention == "MLA") {
    out += fmt::format(" ({} + {} latent x {} layers x 2 bytes)", size.kv_lora_rank,
                       size.qk_rope_head_dim, size.layers);
  } else if (2 * size.kv_heads * size.head_dim * size.layers * 2 == *preset.bytes_per_token) {
    out += fmt::format(" (2 x {} heads x {} x {} layers x 2 bytes)", size.kv_heads, size.head_dim,
                       size.layers);
  }
  return out;
}

[[nodiscard]] std::string dimensions(const Architecture& size) {
  std::string out;
  const auto add = [&out](std::int64_t number, std::string_view what) {
    if (number > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", number, what);
  };
  add(size.layers, "layers");
  add(size.hidden_size, "wide");
  add(size.heads, "heads");
  add(size.kv_heads, "KV heads");
  add(size.head_dim, "per head");
  if (!size.attention.empty()) out += fmt::format(" ({})", size.attention);
  return out;
}

/// "dtype=bfloat16 enable-auto-tool-choice ..."
[[nodiscard]] std::string flags(const kaito::json::Value& record, std::string_view runtime) {
  const auto* parameters = kaito::json::find(record, {runtime, "parameters"});
  if (parameters == nullptr || !parameters->is_object()) return {};
  std::string out;
  for (const auto& flag : parameters->get_object()) {
    if (!out.empty()) out += ' ';
    out += std::string_view(flag.key());
    if (flag.value().is_string())
      out += "=" + std::string(std::string_view(flag.value().get_string()));
    else if (!flag.value().is_bool() || !flag.value().get_bool())
      out += "=" + kaito::json::write(flag.value());
  }
  return out;
}

[[nodiscard]] std::string introduction(const Catalog& catalog, const Preset& preset) {
  if (preset.lifecycle != Lifecycle::current) return catalog.describe_retirement(preset) + ".";
  std::string out = "Since " + preset.first_release;
  const auto& record = preset.record.value();
  if (const auto alias = kaito::json::string_at(record, {"aliasSince"}); !alias.empty())
    out += fmt::format("; from {} the name stands for the id", alias);
  out += preset.gated ? "; the hub wants a token" : "";
  return out + ".";
}

[[nodiscard]] std::string tuning(const Preset& preset) {
  return preset.tunable ? "lora, qlora" : "no";
}

void add_history(FactPage& page, const kaito::json::Value& history) {
  if (history.get_array().empty()) return;
  page.heading("Earlier releases");
  std::vector<Column> columns = {{"RELEASES", {}, 9}, {"GPUS", {}, 6}, {"GPU-MEMORY", {}, 7},
                                 {"WEIGHTS", {}, 5},  {"DISK", {}, 4}, {"RUNTIME", {}, 3},
                                 {"CONTEXT", {}, 2},  {"NODES", {}, 1}};
  using kaito::json::string_at;
  for (const auto& entry : history.get_array()) {
    const std::string since(string_at(entry, {"since"}));
    const std::string until(string_at(entry, {"until"}));
    const auto count = kaito::json::int_at(entry, {"gpuCount"});
    const auto limit = kaito::json::int_at(entry, {"tokenLimit"});
    std::vector<std::string> names;
    if (const auto* list = kaito::json::find(entry, {"runtimes"}))
      for (const auto& runtime : list->get_array())
        names.emplace_back(std::string_view(runtime.get_string()));
    const auto* distributed = kaito::json::find(entry, {"distributed"});
    const bool many = distributed != nullptr && distributed->is_bool() && distributed->get_bool();
    const std::array<std::string, 8> cells = {since == until ? since : since + " - " + until,
                                              count > 0 ? std::to_string(count) : "-",
                                              dash(string_at(entry, {"totalGpuMemory"})),
                                              dash(string_at(entry, {"weights"})),
                                              dash(string_at(entry, {"disk"})),
                                              dash(kaito::join(names, ",")),
                                              limit > 0 ? std::to_string(limit) : "-",
                                              many ? "several" : "one"};
    for (std::size_t i = 0; i < cells.size(); ++i)
      columns[i].cells.push_back(cells[i]);
  }
  page.table(columns);
}

void add_fits(FactPage& page, const Catalog& catalog, const Preset& preset) {
  if (!preset.weights) return;
  page.heading("Smallest that fits");
  for (const std::string_view cloud : clouds) {
    const SmallestFit fit = smallest_fit(catalog, preset, cloud);
    if (fit.sku == nullptr) {
      page.fact(cloud, "none");
      continue;
    }
    page.fact(cloud, fmt::format("{} ({}{} x {}, {} GiB{})", fit.sku->name,
                                 fit.nodes > 1 ? fmt::format("{} nodes of ", fit.nodes) : "",
                                 fit.sku->gpu_count, fit.sku->gpu, fit.sku->gpu_memory_gib,
                                 fit.nodes > 1 ? " each" : ""));
  }
  page.paragraph("");
  page.paragraph("kaitoctl plan " + preset.name + " explains, and ranks the others.");
}

}  // namespace

SmallestFit smallest_fit(const Catalog& catalog, const Preset& preset, std::string_view cloud) {
  auto facts = kaito::plan::model_facts(catalog, preset);
  if (!facts) return {};  // its size is not known
  kaito::plan::Question question;
  question.model = std::move(*facts);
  if (auto required = kaito::plan::requirement(catalog, preset, question.release))
    question.required = *required;
  question.max_nodes = 1;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto ranking = kaito::plan::rank(catalog, cloud, question);
    if (!ranking.fitting.empty()) {
      const auto& best = ranking.fitting.front();
      return {best.sku, best.estimate.nodes};
    }
    question.max_nodes.reset();
  }
  return {};
}

std::string models_text(const std::vector<ModelRow>& rows, const TextStyle& style,
                        bool with_release) {
  std::vector<Column> columns = {
      column("NAME", 20, rows, [](const ModelRow& row) { return row.preset->name; }),
      column("WEIGHTS", 19, rows,
             [](const ModelRow& row) { return dash(quantity(row.preset->weights)); }),
      column("CONTEXT", 18, rows,
             [](const ModelRow& row) {
               const auto limit = row.preset->context_limit;
               return limit ? std::to_string(*limit) : std::string("-");
             }),
      column("GPUS", 16, rows, [](const ModelRow& row) { return gpus(row.smallest); }),
      column("SMALLEST-SKU", 15, rows, [](const ModelRow& row) { return sku_name(row.smallest); }),
      column("TUNABLE", 14, rows,
             [](const ModelRow& row) { return std::string(row.preset->tunable ? "yes" : "no"); }),
      column("GATED", 13, rows,
             [](const ModelRow& row) { return std::string(row.preset->gated ? "yes" : "no"); }),
      column("RUNTIME", 12, rows, [](const ModelRow& row) { return runtimes(*row.preset); }),
      column("FAMILY", 11, rows, [](const ModelRow& row) { return row.preset->family; })};
  if (with_release || style.wide) {
    columns.insert(columns.begin() + 1, column("RELEASE", 17, rows, [](const ModelRow& row) {
                     return release(*row.preset);
                   }));
  }
  if (style.wide) {
    columns.push_back(
        column("LICENSE", 10, rows, [](const ModelRow& row) { return dash(row.preset->license); }));
    columns.push_back(column("HUGGINGFACE", 9, rows,
                             [](const ModelRow& row) { return dash(row.preset->hugging_face); }));
  }
  return table_within(columns, style.wide ? 0 : style.width);
}

kaito::json::Value models_report(const std::vector<ModelRow>& rows) {
  boost::json::object report{{"apiVersion", "kaitoctl.dev/v1"}, {"kind", "ModelList"}};
  boost::json::array items;
  for (const ModelRow& row : rows) {
    kaito::json::Value item = row.preset->record.value();
    if (!row.preset->source.empty()) item.as_object()["source"] = row.preset->source;
    if (row.smallest.sku != nullptr) item.as_object()["smallest"] = fit_json(row.smallest);
    items.push_back(std::move(item));
  }
  report["items"] = std::move(items);
  return report;
}

kaito::Result<std::string> model_text(const Catalog& catalog, const Preset& preset,
                                      const std::vector<std::string>& unknown,
                                      const TextStyle& style) {
  KAITO_TRY(const auto history, catalog.history(preset));
  const auto& record = preset.record.value();
  FactPage page(style);
  page.heading(preset.name);
  page.paragraph(introduction(catalog, preset));
  page.heading("Model");
  page.fact("id", preset.hugging_face);
  page.fact("family", preset.family);
  page.fact("short names", kaito::join(preset.short_names, ", "));
  page.fact("license", preset.license);
  page.fact("class", kaito::join(preset.architecture.classes, ", "));
  page.fact("dimensions", dimensions(preset.architecture));
  page.fact("quantization", kaito::json::string_at(record, {"quantization", "method"}));
  page.fact("weights", quantity(preset.weights));
  page.fact("disk", quantity(preset.disk));
  page.fact("context", preset.context_limit
                           ? fmt::format("{} tokens at most", *preset.context_limit)
                           : std::string());
  page.fact("KV cache", cache(preset));
  page.fact("unknown", kaito::join(unknown, "; "));
  page.fact("from", preset.source);
  page.heading("Serving");
  page.fact("runtimes", runtimes(preset));
  page.fact("nodes", preset.distributed ? "one or several" : "one");
  page.fact("tuning", tuning(preset));
  page.fact("vllm", flags(record, "vllm"));
  page.fact("transformers", flags(record, "transformers"));
  if (preset.lifecycle == Lifecycle::current) add_fits(page, catalog, preset);
  add_history(page, history.value());
  return page.take();
}

kaito::Result<kaito::json::Value> model_report(const Catalog& catalog, const Preset& preset,
                                               const std::vector<std::string>& unknown) {
  KAITO_TRY(auto history, catalog.history(preset));
  boost::json::object report{{"apiVersion", "kaitoctl.dev/v1"}, {"kind", "Model"}};
  const auto& record = preset.record.value();
  for (const auto& member : record.get_object())
    report[member.key()] = member.value();
  if (!preset.source.empty()) report["source"] = preset.source;
  if (!unknown.empty()) report["unknown"] = boost::json::array(unknown.begin(), unknown.end());
  boost::json::object smallest;
  if (preset.lifecycle == Lifecycle::current) {
    for (const std::string_view cloud : clouds) {
      const SmallestFit fit = smallest_fit(catalog, preset, cloud);
      if (fit.sku != nullptr) smallest[cloud] = fit_json(fit);
    }
  }
  if (!smallest.empty()) report["smallest"] = std::move(smallest);
  if (!history.value().get_array().empty()) report["history"] = std::move(history.value());
  return kaito::json::Value(std::move(report));
}

}  // namespace kaitoctl
