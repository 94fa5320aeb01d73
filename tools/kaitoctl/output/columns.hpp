#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kaitoctl {

/// A column of a table that a terminal may be too narrow for.
struct Column {
  std::string header;
  std::vector<std::string> cells;  ///< as many as there are rows
  int importance = 0;              ///< the least important go first
};

/// The text of a cell: "-" where there is none.
[[nodiscard]] std::string dash(std::string_view text);

/// The table of those columns that fit into `width`, in their order; all of them when it is 0. The
/// most important one always stays. Ends with a newline.
[[nodiscard]] std::string table_within(const std::vector<Column>& columns, int width);

}  // namespace kaitoctl
