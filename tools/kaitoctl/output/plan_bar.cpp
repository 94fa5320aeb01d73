#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kaito/base/rounding.hpp"
#include "output/format.hpp"
#include "output/plan_view.hpp"
#include "output/style.hpp"

namespace kaitoctl {

namespace {

struct Segment {
  std::string_view name;
  std::string_view utf8;
  char ascii;
  Paint paint;
  double bytes;
};

[[nodiscard]] std::array<Segment, 5> segments_of(const kaito::plan::GpuMemory& memory) {
  return {{{"weights", "█", '#', Paint::cyan, memory.weights},
           {"overhead", "▓", '+', Paint::yellow, memory.overhead},
           {"cache", "▒", '=', Paint::green, memory.cache},
           {"free for more cache", "░", '.', Paint::dim, std::max(0.0, memory.spare)},
           {"kept from the server", "·", '-', Paint::dim, memory.withheld}}};
}

[[nodiscard]] std::string cell(const Segment& segment, bool utf8) {
  return utf8 ? std::string(segment.utf8) : std::string(1, segment.ascii);
}

/// Cells per segment, so that they fill the bar; what is there at all gets one.
[[nodiscard]] std::array<std::size_t, 5> cells_of(const std::array<Segment, 5>& segments,
                                                  std::size_t width) {
  double total = 0;
  for (const Segment& segment : segments)
    total += segment.bytes;
  std::array<std::size_t, 5> cells{};
  std::size_t used = 0;
  double so_far = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    so_far += segments[i].bytes;
    const double share = so_far / total * static_cast<double>(width);
    const auto end = static_cast<std::size_t>(kaito::whole_below(share + 0.5));
    cells[i] = end > used ? end - used : 0;
    used += cells[i];
    if (cells[i] == 0 && segments[i].bytes > 0) {
      cells[i] = 1;
      ++used;
    }
  }
  // The ones that were added come off the longest.
  while (used > width) {
    --*std::max_element(cells.begin(), cells.end());
    --used;
  }
  return cells;
}

}  // namespace

std::string memory_bar(const kaito::plan::GpuMemory& memory, const TextStyle& style) {
  constexpr std::size_t margin = 2;
  const auto columns = static_cast<std::size_t>(std::clamp(style.width, 40, 120));
  const auto segments = segments_of(memory);
  const auto cells = cells_of(segments, columns - 2 * margin - 2);
  std::string out(margin, ' ');
  out += '[';
  for (std::size_t i = 0; i < segments.size(); ++i) {
    std::string part;
    for (std::size_t n = 0; n < cells[i]; ++n)
      part += cell(segments[i], style.utf8);
    if (!part.empty()) out += painted(part, segments[i].paint, style.color);
  }
  out += "]\n";
  std::size_t column = 0;
  for (const Segment& segment : segments) {
    const std::string text = fmt::format(
        " {} {:.2f}", segment.name, segment.bytes / static_cast<double>(kaito::plan::gibibyte));
    const std::size_t needed = 1 + text.size();
    if (column > 0 && column + 2 + needed > columns) {
      out += '\n';
      column = 0;
    }
    out.append(margin, ' ');
    out += painted(cell(segment, style.utf8), segment.paint, style.color);
    out += text;
    column += margin + needed;
  }
  return out + '\n';
}

}  // namespace kaitoctl
