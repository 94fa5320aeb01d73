#pragma once

#include <string>
#include <vector>

#include "kaito/catalog/catalog.hpp"
#include "kaito/json/value.hpp"
#include "output/plan_view.hpp"

namespace kaitoctl {

/// The smallest nodes of a cloud that a model fits on: one node where one is enough.
struct SmallestFit {
  const kaito::catalog::Sku* sku = nullptr;  ///< nullptr: none fits, or the model's size is unknown
  std::int64_t nodes = 0;
};
[[nodiscard]] SmallestFit smallest_fit(const kaito::catalog::Catalog& catalog,
                                       const kaito::catalog::Preset& preset,
                                       std::string_view cloud);

/// A model of the list.
struct ModelRow {
  const kaito::catalog::Preset* preset = nullptr;
  SmallestFit smallest;
};
/// The list as a table. On a terminal (`style.width` > 0) as many columns as there is room for;
/// `wide` has all of them. `with_release`: since when, until when.
[[nodiscard]] std::string models_text(const std::vector<ModelRow>& rows, const TextStyle& style,
                                      bool with_release);
/// kind ModelList.
[[nodiscard]] kaito::json::Value models_report(const std::vector<ModelRow>& rows);

/// All that is known of one model. Errors: internal, when the embedded data is damaged.
[[nodiscard]] kaito::Result<std::string> model_text(const kaito::catalog::Catalog& catalog,
                                                    const kaito::catalog::Preset& preset,
                                                    const std::vector<std::string>& unknown,
                                                    const TextStyle& style);
/// kind Model.
[[nodiscard]] kaito::Result<kaito::json::Value> model_report(
    const kaito::catalog::Catalog& catalog, const kaito::catalog::Preset& preset,
    const std::vector<std::string>& unknown);

}  // namespace kaitoctl
