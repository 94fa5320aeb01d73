#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/validate/review.hpp"

namespace kaitoctl {

enum class FindingFormat : unsigned char { text, json, yaml, sarif, junit, github };

struct FindingStyle {
  bool color = false;     ///< of text
  std::size_t width = 0;  ///< columns of a terminal, at which text is broken; 0 = one line each
  /// The line of the user's text at that place, for text; empty: lines are not shown.
  std::function<std::optional<std::string>(const kaito::SourcePlace&)> line;
  /// From here on a finding counts as a failure (junit).
  kaito::validate::Severity fail_on = kaito::validate::Severity::error;
};

/// Writes what is found, object by object as it comes; all but junit hold nothing back.
class FindingWriter {
 public:
  virtual ~FindingWriter() = default;
  virtual void write(const kaito::validate::Reviewed& reviewed) = 0;
  /// Ends the document.
  virtual void finish(const kaito::validate::ReviewCounts& counts) = 0;
};

/// Begins the document. `out` must outlive the writer.
[[nodiscard]] std::unique_ptr<FindingWriter> finding_writer(FindingFormat format, std::ostream& out,
                                                            FindingStyle style);

/// "V047 ...", as a terminal or file shows one finding: FILE:LINE:COLUMN: SEVERITY: PATH: MESSAGE
/// [CODE], the line with a caret where that is given, and the fix.
[[nodiscard]] std::string finding_text(const kaito::validate::Finding& finding,
                                       const FindingStyle& style);

// One per format.
[[nodiscard]] std::unique_ptr<FindingWriter> report_writer(std::ostream& out, bool yaml);
[[nodiscard]] std::unique_ptr<FindingWriter> sarif_writer(std::ostream& out);
[[nodiscard]] std::unique_ptr<FindingWriter> junit_writer(std::ostream& out,
                                                          kaito::validate::Severity fail_on);
[[nodiscard]] std::unique_ptr<FindingWriter> github_writer(std::ostream& out);

}  // namespace kaitoctl
