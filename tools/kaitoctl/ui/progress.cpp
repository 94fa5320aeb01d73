#include "ui/progress.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "output/format.hpp"
#include "output/style.hpp"

namespace kaitoctl {

using kaito::ops::Event;

ProgressStyle progress_style(std::string_view text, Context& context) {
  if (text == "json") return ProgressStyle::json;
  if (text == "none" || context.flags().quiet) return ProgressStyle::none;
  if (text == "plain") return ProgressStyle::plain;
  const bool terminal = context.environment().err_is_terminal &&
                        context.environment().variable("TERM").value_or("") != "dumb";
  return terminal ? ProgressStyle::redraw : ProgressStyle::plain;
}

Progress::Progress(Context& context, ProgressStyle style)
    : context_(context), style_(style), started_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  clear_line();
}

kaito::ops::EventSink Progress::sink() {
  return [this](const Event& event) { show(event); };
}

void Progress::show(const Event& event) {
  if (event.kind == Event::Kind::warning) {
    clear_line();
    context_.warn(event.text);
    return;
  }
  switch (style_) {
    case ProgressStyle::none:
      return;
    case ProgressStyle::json:
      show_json(event);
      return;
    case ProgressStyle::plain:
    case ProgressStyle::redraw:
      show_line(event);
      return;
  }
}

void Progress::show_json(const Event& event) {
  static constexpr std::string_view kinds[] = {"note", "warning", "phase", "progress"};
  boost::json::object line;
  line["event"] = kinds[static_cast<std::size_t>(event.kind)];
  if (!event.phase.empty()) line["phase"] = event.phase;
  line["message"] = event.text;
  context_.err() << kaito::json::write(line) << '\n' << std::flush;
}

void Progress::show_line(const Event& event) {
  const auto elapsed = kaito::format_duration(std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::steady_clock::now() - started_));
  const std::string text = kaito::escape_controls(event.text);
  const bool color = context_.color_err();
  const bool utf8 = context_.environment().utf8;
  if (event.kind == Event::Kind::note) {
    clear_line();
    context_.err() << text << '\n';
  } else if (event.kind == Event::Kind::phase) {
    clear_line();
    context_.err() << painted(utf8 ? "\u2713" : "*", Paint::green, color) << ' ' << text << ' '
                   << painted("(" + elapsed + ")", Paint::dim, color) << '\n';
  } else if (style_ == ProgressStyle::redraw) {
    const auto width = static_cast<std::size_t>(std::max(20, context_.environment().width - 1));
    std::string line = (utf8 ? "\u2026 " : ". ") + text + " (" + elapsed + ")";
    if (display_width(line) > width) line = kaito::shorten(line, width - 3);
    context_.err() << "\r\x1b[2K" << painted(line, Paint::dim, color);
    line_open_ = true;
  } else if (text != last_) {
    // Elsewhere a line only when there is something new to say.
    context_.err() << "  " << text << " (" << elapsed << ")\n";
    last_ = text;
  }
  context_.err() << std::flush;
}

void Progress::clear_line() {
  if (line_open_) context_.err() << "\r\x1b[2K" << std::flush;
  line_open_ = false;
}

}  // namespace kaitoctl
