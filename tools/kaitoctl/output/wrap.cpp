#include "output/wrap.hpp"

#include "kaito/base/text.hpp"
#include "output/format.hpp"

namespace kaitoctl {

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent,
                    std::size_t first) {
  std::string out;
  std::size_t column = first;
  bool line_is_empty = true;
  for (const std::string_view word : kaito::split(text, ' ')) {
    if (word.empty()) continue;
    const std::size_t columns = display_width(word);
    if (!line_is_empty && column + 1 + columns > width) {
      out.append("\n").append(indent, ' ');
      column = indent;
      line_is_empty = true;
    }
    if (!line_is_empty) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns;
    line_is_empty = false;
  }
  return out += '\n';
}

}  // namespace kaitoctl
