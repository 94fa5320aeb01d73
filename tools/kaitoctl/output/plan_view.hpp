#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kaito/json/value.hpp"
#include "kaito/plan/ranking.hpp"

namespace kaitoctl {

/// All that `plan` found out.
struct PlanAnswer {
  kaito::plan::Question question;
  std::string hugging_face;                     ///< the model's id; "" when not known
  std::string where;                            ///< "azure"; the file of own nodes; "MIG"
  bool own_nodes = false;                       ///< the candidates are nodes that are there
  std::optional<kaito::plan::Candidate> asked;  ///< the instance type or slice asked for
  kaito::plan::Ranking ranking;
  std::optional<kaito::plan::PriceList> prices;
  std::vector<std::string> unknown;  ///< facts of the model that nobody told us

  /// What the answer is about: what was asked for, or the best; nullptr when nothing fits.
  [[nodiscard]] const kaito::plan::Candidate* subject() const;
  [[nodiscard]] bool fits() const { return subject() != nullptr && subject()->fits(); }
};

/// How text is shown.
struct TextStyle {
  int width = 80;  ///< columns
  bool utf8 = false;
  bool color = false;
  bool wide = false;  ///< name every rejected size, retired ones too
};

/// The answer for reading: verdict, working, memory bar, ranking, reasons.
[[nodiscard]] std::string plan_text(const PlanAnswer& answer, const TextStyle& style);

/// The memory of one GPU as a bar of `width` cells with its legend below.
[[nodiscard]] std::string memory_bar(const kaito::plan::GpuMemory& memory, const TextStyle& style);

/// The answer as kind PlanReport (docs/schema/plan-report.schema.json).
[[nodiscard]] kaito::json::Value plan_report(const PlanAnswer& answer);

}  // namespace kaitoctl
