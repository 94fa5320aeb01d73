#include "output/columns.hpp"

#include <algorithm>
#include <cstddef>

#include "output/format.hpp"

namespace kaitoctl {

namespace {

constexpr std::size_t gap = 3;

std::size_t width_of(const Column& column) {
  std::size_t width = display_width(column.header);
  for (const std::string& cell : column.cells)
    width = std::max(width, display_width(cell));
  return width;
}

}  // namespace

std::string dash(std::string_view text) {
  return std::string(text.empty() ? "-" : text);
}

std::string table_within(const std::vector<Column>& columns, int width) {
  std::vector<const Column*> kept;
  std::size_t taken = 0;
  for (const Column& column : columns) {
    kept.push_back(&column);
    taken += width_of(column) + gap;
  }
  while (width > 0 && kept.size() > 1 && taken > static_cast<std::size_t>(width) + gap) {
    const auto least = std::min_element(
        kept.begin(), kept.end(),
        [](const Column* a, const Column* b) { return a->importance < b->importance; });
    taken -= width_of(**least) + gap;
    kept.erase(least);
  }
  Table table;
  for (const Column* column : kept)
    table.header.push_back(column->header);
  for (std::size_t row = 0; row < columns.front().cells.size(); ++row) {
    std::vector<std::string> cells;
    cells.reserve(kept.size());
    for (const Column* column : kept)
      cells.push_back(column->cells[row]);
    table.rows.push_back(std::move(cells));
  }
  return table.text();
}

}  // namespace kaitoctl
