#include "output/fact_page.hpp"

#include <fmt/format.h>

#include "kaito/base/text.hpp"
#include "output/style.hpp"
#include "output/wrap.hpp"

namespace kaitoctl {

namespace {

constexpr std::size_t value_column = 16;

}  // namespace

void FactPage::heading(std::string_view text) {
  if (!out_.empty()) out_ += '\n';
  out_ += painted(kaito::escape_controls(text), Paint::bold, color_) + "\n";
}

void FactPage::paragraph(std::string_view text) {
  out_ += wrapped(kaito::escape_controls(text), width_, 0, 0);
}

void FactPage::fact(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out_ += fmt::format("  {:<14}", name) +
          wrapped(kaito::escape_controls(value), width_, value_column, value_column);
}

void FactPage::table(const std::vector<Column>& columns) {
  const std::string text = table_within(columns, terminal_ > 2 ? terminal_ - 2 : 0);
  for (const std::string_view line : kaito::split(text, '\n'))
    if (!line.empty()) out_.append("  ").append(line).append("\n");
}

}  // namespace kaitoctl
