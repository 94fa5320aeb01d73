#include "output/sku_view.hpp"

#include <fmt/format.h>

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

using kaito::catalog::Catalog;
using kaito::catalog::Lifecycle;
using kaito::catalog::Preset;
using kaito::catalog::Sku;
using kaito::json::string_at;

[[nodiscard]] std::string release(const Sku& sku) {
  return sku.lifecycle == Lifecycle::retired ? sku.first_release + " - " + sku.last_release
                                             : "since " + sku.first_release;
}

using Cell = std::string (*)(const Sku& sku);

[[nodiscard]] Column column(std::string header, int importance, const SkuRows& rows, Cell cell) {
  Column out{std::move(header), {}, importance};
  for (const Sku* sku : rows)
    out.cells.push_back(cell(*sku));
  return out;
}

/// The current models that one node of it holds, by name.
[[nodiscard]] std::vector<std::string> models_on_one(const Catalog& catalog, const Sku& sku) {
  std::vector<std::string> names;
  for (const Preset& preset : catalog.presets()) {
    if (preset.lifecycle != Lifecycle::current) continue;
    auto facts = kaito::plan::model_facts(catalog, preset);
    if (!facts) continue;  // its size is not known
    kaito::plan::Question question;
    question.model = std::move(*facts);
    if (auto required = kaito::plan::requirement(catalog, preset, question.release))
      question.required = *required;
    question.max_nodes = 1;
    if (kaito::plan::judge(catalog, sku, question).fits()) names.push_back(preset.name);
  }
  return names;
}

void add_history(FactPage& page, const kaito::json::Value& record) {
  const auto* history = kaito::json::find(record, {"history"});
  if (history == nullptr || !history->is_array() || history->get_array().empty()) return;
  page.heading("In each release");
  std::vector<Column> columns = {
      {"RELEASES", {}, 5}, {"GPUS", {}, 4}, {"MEMORY", {}, 3}, {"NVME", {}, 2}, {"TABLE", {}, 1}};
  for (const auto& entry : history->get_array()) {
    const std::string since(string_at(entry, {"since"}));
    const std::string until(string_at(entry, {"until"}));
    const auto* nvme = kaito::json::find(entry, {"nvme"});
    columns[0].cells.push_back(until.empty()    ? "since " + since
                               : since == until ? since
                                                : since + " - " + until);
    columns[1].cells.push_back(std::to_string(kaito::json::int_at(entry, {"gpuCount"})));
    columns[2].cells.push_back(dash(string_at(entry, {"memory"})));
    columns[3].cells.emplace_back(nvme == nullptr                       ? "-"
                                  : nvme->is_bool() && nvme->get_bool() ? "yes"
                                                                        : "no");
    columns[4].cells.push_back(dash(string_at(entry, {"table"})));
  }
  page.table(columns);
}

}  // namespace

std::string skus_text(const SkuRows& rows, const TextStyle& style, bool with_release) {
  std::vector<Column> columns = {
      column("NAME", 20, rows, [](const Sku& sku) { return sku.name; }),
      column("CLOUD", 17, rows, [](const Sku& sku) { return sku.cloud; }),
      column("GPU", 19, rows, [](const Sku& sku) { return dash(sku.gpu); }),
      column("GPUS", 18, rows, [](const Sku& sku) { return std::to_string(sku.gpu_count); }),
      column("MEMORY", 18, rows,
             [](const Sku& sku) { return std::to_string(sku.gpu_memory_gib) + "Gi"; }),
      column("PER-GPU", 15, rows,
             [](const Sku& sku) { return std::to_string(sku.gpu_memory_gib_each()) + "Gi"; }),
      column("NVME", 14, rows, [](const Sku& sku) { return std::string(sku.nvme ? "yes" : "no"); }),
      column("COMPUTE", 13, rows, [](const Sku& sku) { return dash(sku.compute_capability); })};
  if (with_release || style.wide) {
    columns.insert(columns.begin() + 2, column("RELEASE", 16, rows, release));
    columns.push_back(column("RETIRED-BECAUSE", 12, rows,
                             [](const Sku& sku) { return dash(sku.retired_because); }));
  }
  return table_within(columns, style.wide ? 0 : style.width);
}

kaito::json::Value skus_report(const SkuRows& rows) {
  boost::json::object report{{"apiVersion", "kaitoctl.dev/v1"}, {"kind", "SkuList"}};
  boost::json::array items;
  for (const Sku* sku : rows) {
    kaito::json::Value item = sku->record.value();
    if (!sku->source.empty()) item.as_object()["source"] = sku->source;
    items.push_back(std::move(item));
  }
  report["items"] = std::move(items);
  return report;
}

std::string sku_text(const Catalog& catalog, const Sku& sku, const TextStyle& style) {
  FactPage page(style);
  page.heading(sku.name);
  if (sku.lifecycle == Lifecycle::retired)
    page.paragraph(catalog.describe_retirement(sku) + ".");
  else
    page.paragraph("Since " + sku.first_release + ".");
  page.heading("Node");
  page.fact("cloud", sku.cloud);
  page.fact("GPUs", fmt::format("{} x {}", sku.gpu_count, sku.gpu));
  page.fact("GPU memory", sku.gpu_count > 1 ? fmt::format("{} GiB, {} GiB each", sku.gpu_memory_gib,
                                                          sku.gpu_memory_gib_each())
                                            : fmt::format("{} GiB", sku.gpu_memory_gib));
  page.fact("compute", sku.compute_capability);
  page.fact("NVMe disk", sku.nvme ? "yes" : "no");
  page.fact("from", sku.source);
  if (sku.lifecycle != Lifecycle::retired) {
    const auto names = models_on_one(catalog, sku);
    page.heading(fmt::format("Models that fit on one node ({})", names.size()));
    page.paragraph(names.empty() ? "none; kaitoctl plan MODEL --instance-type " + sku.name +
                                       " says how many nodes one takes"
                                 : kaito::join(names, ", "));
  }
  add_history(page, sku.record.value());
  return page.take();
}

kaito::json::Value sku_report(const Catalog& catalog, const Sku& sku) {
  boost::json::object report{{"apiVersion", "kaitoctl.dev/v1"}, {"kind", "Sku"}};
  const auto& record = sku.record.value();
  for (const auto& member : record.get_object())
    report[member.key()] = member.value();
  if (!sku.source.empty()) report["source"] = sku.source;
  if (sku.lifecycle == Lifecycle::retired) {
    if (const Sku* instead = catalog.replacement_for(sku)) report["replacedBy"] = instead->name;
  } else {
    const auto names = models_on_one(catalog, sku);
    report["modelsOnOneNode"] = boost::json::array(names.begin(), names.end());
  }
  return report;
}

}  // namespace kaitoctl
