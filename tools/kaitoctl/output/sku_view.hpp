#pragma once

#include <string>
#include <vector>

#include "kaito/catalog/catalog.hpp"
#include "kaito/json/value.hpp"
#include "output/plan_view.hpp"

namespace kaitoctl {

using SkuRows = std::vector<const kaito::catalog::Sku*>;

/// The list as a table; `style` and `with_release` as for models_text().
[[nodiscard]] std::string skus_text(const SkuRows& rows, const TextStyle& style, bool with_release);
/// kind SkuList.
[[nodiscard]] kaito::json::Value skus_report(const SkuRows& rows);

/// All that is known of one instance type, and the models that fit on one node of it.
[[nodiscard]] std::string sku_text(const kaito::catalog::Catalog& catalog,
                                   const kaito::catalog::Sku& sku, const TextStyle& style);
/// kind Sku.
[[nodiscard]] kaito::json::Value sku_report(const kaito::catalog::Catalog& catalog,
                                            const kaito::catalog::Sku& sku);

}  // namespace kaitoctl
