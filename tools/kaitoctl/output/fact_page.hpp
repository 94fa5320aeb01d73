#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "output/columns.hpp"
#include "output/plan_view.hpp"

namespace kaitoctl {

/// What `show` prints of one thing: headings with facts under them, in lines that fit. Texts are
/// escaped.
class FactPage {
 public:
  /// A `style.width` of 0 is 100 columns.
  explicit FactPage(const TextStyle& style)
      : color_(style.color),
        terminal_(style.width),
        width_(style.width > 0 ? static_cast<std::size_t>(style.width) : 100) {}

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  /// "  name          value"; nothing for an empty value.
  void fact(std::string_view name, std::string_view value);
  /// A table, indented, of the columns that fit on a terminal.
  void table(const std::vector<Column>& columns);
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  bool color_;
  int terminal_;
  std::size_t width_;
  std::string out_;
};

}  // namespace kaitoctl
