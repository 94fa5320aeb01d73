#include <fmt/format.h>

#include <ostream>
#include <vector>

#include "kaito/base/text.hpp"
#include "output/finding_writer.hpp"

/// Annotations of GitHub Actions, and JUnit's XML.
namespace kaitoctl {

namespace {

using kaito::validate::Finding;
using kaito::validate::ReviewCounts;
using kaito::validate::Reviewed;
using kaito::validate::Severity;

/// Percent, line breaks, and in properties what ends one. Source: GitHub's workflow commands.
std::string github_escaped(std::string_view text, bool property) {
  std::string escaped;
  for (const char c : kaito::escape_controls(text)) {
    if (c == '%')
      escaped += "%25";
    else if (c == '\r')
      escaped += "%0D";
    else if (c == '\n')
      escaped += "%0A";
    else if (property && c == ':')
      escaped += "%3A";
    else if (property && c == ',')
      escaped += "%2C";
    else
      escaped += c;
  }
  return escaped;
}

/// PATH: MESSAGE, then the fix.
std::string whole_message(const Finding& finding) {
  std::string text = finding.path.empty() ? "" : finding.path.text() + ": ";
  text += finding.message;
  if (!finding.fix.empty()) text += "\nfix: " + finding.fix;
  return text;
}

class GithubWriter final : public FindingWriter {
 public:
  explicit GithubWriter(std::ostream& out) : out_(&out) {}

  void write(const Reviewed& reviewed) override {
    for (const auto& finding : reviewed.findings) {
      const std::string_view command = finding.severity == Severity::error     ? "error"
                                       : finding.severity == Severity::warning ? "warning"
                                                                               : "notice";
      *out_ << "::" << command << ' ';
      if (finding.place && !finding.place->file.empty() && finding.place->file != "-") {
        *out_ << "file=" << github_escaped(finding.place->file, true) << ',';
        if (finding.place->line > 0)
          *out_ << "line=" << finding.place->line << ",col=" << finding.place->column << ',';
      }
      *out_ << "title=" << github_escaped("kaitoctl " + finding.code, true)
            << "::" << github_escaped(whole_message(finding), false) << '\n';
    }
  }
  void finish(const ReviewCounts&) override { out_->flush(); }

 private:
  std::ostream* out_;
};

/// For an attribute or a text. What XML 1.0 cannot hold has been made visible by escape_controls.
std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : kaito::escape_controls(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\n':
        escaped += "&#10;";
        break;
      case '\t':
        escaped += "&#9;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

/// A suite per file, a case per object. The numbers stand before what they count, so that it is
/// all held to the end.
class JunitWriter final : public FindingWriter {
 public:
  JunitWriter(std::ostream& out, Severity fail_on) : out_(&out), fail_on_(fail_on) {}

  void write(const Reviewed& reviewed) override {
    Suite& suite = suite_of(reviewed.file);
    ++suite.cases;
    const std::string name = reviewed.kind.empty()
                                 ? "a document that cannot be read"
                                 : reviewed.kind + " " + reviewed.namespace_ + "/" + reviewed.name;
    suite.text += fmt::format("    <testcase classname=\"{}\" name=\"{}\"",
                              xml_escaped(reviewed.file), xml_escaped(name));
    if (reviewed.findings.empty()) {
      suite.text += "/>\n";
      return;
    }
    suite.text += ">\n";
    std::string milder;
    bool failed = false;
    for (const auto& finding : reviewed.findings) {
      const std::string place = finding.place ? finding.place->text() : reviewed.file;
      const std::string text = place + ": " + whole_message(finding);
      if (finding.severity < fail_on_) {
        milder += std::string(kaito::validate::to_string(finding.severity)) + " " + finding.code +
                  ": " + text + "\n";
        continue;
      }
      failed = true;
      suite.text +=
          fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                      xml_escaped(finding.code), xml_escaped(finding.message), xml_escaped(text));
    }
    if (failed) ++suite.failures;
    if (!milder.empty())
      suite.text += fmt::format("      <system-out>{}</system-out>\n", xml_escaped(milder));
    suite.text += "    </testcase>\n";
  }

  void finish(const ReviewCounts&) override {
    std::size_t cases = 0;
    std::size_t failures = 0;
    for (const auto& suite : suites_) {
      cases += suite.cases;
      failures += suite.failures;
    }
    *out_ << fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"kaitoctl validate\" tests=\"{}\" failures=\"{}\">\n",
        cases, failures);
    for (const auto& suite : suites_)
      *out_ << fmt::format(
          "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n",
          xml_escaped(suite.file), suite.cases, suite.failures, suite.text);
    *out_ << "</testsuites>\n";
    out_->flush();
  }

 private:
  struct Suite {
    std::string file;
    std::string text;
    std::size_t cases;
    std::size_t failures;
  };
  /// What is judged at the end may belong to a file that was read before.
  Suite& suite_of(const std::string& file) {
    for (auto suite = suites_.rbegin(); suite != suites_.rend(); ++suite)
      if (suite->file == file) return *suite;
    suites_.push_back({file, {}, 0, 0});
    return suites_.back();
  }

  std::ostream* out_;
  Severity fail_on_;
  std::vector<Suite> suites_;
};

}  // namespace

std::unique_ptr<FindingWriter> junit_writer(std::ostream& out, Severity fail_on) {
  return std::make_unique<JunitWriter>(out, fail_on);
}

std::unique_ptr<FindingWriter> github_writer(std::ostream& out) {
  return std::make_unique<GithubWriter>(out);
}

}  // namespace kaitoctl
