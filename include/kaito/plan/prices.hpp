#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito::plan {

/// What a node costs per hour, from a file of the user's: kaitoctl ships none.
struct PriceList {
  std::string currency;                    ///< "USD"; "" when the file does not say
  std::string source;                      ///< where the numbers are from; ""
  std::string date;                        ///< of the numbers; ""
  std::map<std::string, double> per_hour;  ///< instance type in lower case -> price

  [[nodiscard]] std::optional<double> of(std::string_view instance_type) const;
};

/// YAML or JSON:
///
///   currency: USD
///   source: my contract
///   date: 2026-10-01
///   prices:
///     Standard_NC24ads_A100_v4: 3.67
///
/// Errors: parse, each "FILE:LINE:COLUMN: what".
[[nodiscard]] Result<PriceList> load_prices(std::string_view text, const std::string& file);

}  // namespace kaito::plan
