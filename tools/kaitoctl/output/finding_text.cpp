#include <fmt/format.h>

#include <ostream>

#include "kaito/base/text.hpp"
#include "output/finding_writer.hpp"
#include "output/format.hpp"
#include "output/style.hpp"
#include "output/wrap.hpp"

namespace kaitoctl {

namespace {

using kaito::validate::Finding;
using kaito::validate::Severity;

Paint paint_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return Paint::red;
    case Severity::warning:
      return Paint::yellow;
    case Severity::info:
      break;
  }
  return Paint::cyan;
}

/// The line that a finding is about, and a caret below the column.
std::string excerpt(const Finding& finding, const FindingStyle& style) {
  constexpr std::size_t kWidest = 160;
  if (!style.line || !finding.place || finding.place->line == 0) return {};
  auto line = style.line(*finding.place);
  if (!line) return {};
  const std::size_t before = finding.place->column > 0 ? finding.place->column - 1 : 0;
  if (line->size() > kWidest || before > line->size()) return {};
  const std::string number = std::to_string(finding.place->line);
  std::string blanks;
  const std::string shown_before = kaito::escape_controls(line->substr(0, before));
  for (std::size_t i = 0; i < display_width(shown_before); ++i)
    blanks += ' ';
  // A tab stays one, so that the caret stands below what it points at.
  if (shown_before.find('\t') != std::string::npos) {
    blanks.clear();
    for (const char c : shown_before)
      blanks += c == '\t' ? '\t' : ' ';
  }
  return fmt::format("{:>5} | {}\n      | {}{}\n", number, kaito::escape_controls(*line), blanks,
                     painted("^", Paint::green, style.color));
}

class TextWriter final : public FindingWriter {
 public:
  TextWriter(std::ostream& out, FindingStyle style) : out_(&out), style_(std::move(style)) {}

  void write(const kaito::validate::Reviewed& reviewed) override {
    for (const auto& finding : reviewed.findings)
      *out_ << finding_text(finding, style_);
  }
  void finish(const kaito::validate::ReviewCounts&) override { out_->flush(); }

 private:
  std::ostream* out_;
  FindingStyle style_;
};

}  // namespace

std::string finding_text(const Finding& finding, const FindingStyle& style) {
  // `first` columns of the first line are taken.
  const auto lines = [&style](const std::string& text, std::size_t indent, std::size_t first) {
    return style.width > 0 ? wrapped(text, style.width, indent, first) : text + "\n";
  };
  std::string text;
  if (finding.place && !finding.place->file.empty())
    text += kaito::escape_controls(finding.place->text()) + ": ";
  const std::size_t before_severity = text.size();
  const std::string severity(kaito::validate::to_string(finding.severity));
  text += severity + ": ";
  if (!finding.path.empty()) text += kaito::escape_controls(finding.path.text()) + ": ";
  text = lines(text + kaito::escape_controls(finding.message) + " [" + finding.code + "]", 4, 0);
  // Painted afterwards, so that a broken line counts what is seen; breaking only adds to the text.
  if (const auto at = text.find(severity + ":", before_severity); at != std::string::npos)
    text.replace(at, severity.size(), painted(severity, paint_of(finding.severity), style.color));
  text += excerpt(finding, style);
  if (!finding.fix.empty())
    text += "  " + lines("fix: " + kaito::escape_controls(finding.fix), 7, 2);
  return text;
}

std::unique_ptr<FindingWriter> finding_writer(FindingFormat format, std::ostream& out,
                                              FindingStyle style) {
  switch (format) {
    case FindingFormat::json:
      return report_writer(out, false);
    case FindingFormat::yaml:
      return report_writer(out, true);
    case FindingFormat::sarif:
      return sarif_writer(out);
    case FindingFormat::junit:
      return junit_writer(out, style.fail_on);
    case FindingFormat::github:
      return github_writer(out);
    case FindingFormat::text:
      break;
  }
  return std::make_unique<TextWriter>(out, std::move(style));
}

}  // namespace kaitoctl
