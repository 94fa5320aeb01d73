#include <fmt/format.h>

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <ostream>
#include <vector>

#include "kaito/base/text.hpp"
#include "kaito/base/version.hpp"
#include "kaito/json/json.hpp"
#include "output/finding_writer.hpp"

/// SARIF 2.1.0 (OASIS), one run, a result per line.
namespace kaitoctl {

namespace {

using kaito::validate::Finding;
using kaito::validate::ReviewCounts;
using kaito::validate::Reviewed;
using kaito::validate::Severity;

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::info:
      break;
  }
  return "note";
}

boost::json::object text_object(std::string_view text) {
  boost::json::object object;
  object["text"] = text;
  return object;
}

/// The path as a relative URI reference. Source: RFC 3986 2.3, 3.3.
std::string uri_of(std::string_view path) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@";
  std::string uri = path.starts_with('/') ? "file://" : "";
  if (path == "-") return "stdin";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos)
      uri += c;
    else
      uri += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return uri;
}

boost::json::object rule_json(const kaito::validate::RuleInfo& rule) {
  boost::json::object item;
  item["id"] = rule.code;
  item["shortDescription"] = text_object(rule.summary);
  item["fullDescription"] = text_object(std::string(rule.why) + " Source: " + rule.source + ".");
  item["help"] = text_object(rule.fix);
  boost::json::object configuration;
  configuration["level"] = level_of(rule.severity);
  item["defaultConfiguration"] = std::move(configuration);
  return item;
}

/// Results first, as they come; then the rules that they name.
class SarifWriter final : public FindingWriter {
 public:
  explicit SarifWriter(std::ostream& out) : out_(&out) {
    *out_ << "{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n"
             "  \"version\": \"2.1.0\",\n  \"runs\": [{\n"
             "    \"columnKind\": \"unicodeCodePoints\",\n    \"results\": [";
  }

  void write(const Reviewed& reviewed) override {
    for (const auto& finding : reviewed.findings) {
      *out_ << (first_ ? "\n      " : ",\n      ")
            << kaito::json::write(result_json(finding, reviewed));
      first_ = false;
    }
  }
  void finish(const ReviewCounts&) override {
    *out_ << (first_ ? "],\n" : "\n    ],\n")
          << "    \"tool\": {\"driver\": {\n      \"name\": \"kaitoctl\",\n      \"version\": "
          << kaito::json::write(kaito::json::Value(kaito::version())) << ",\n      \"rules\": [";
    const auto rules = kaito::validate::rules();
    const char* before = "\n";
    for (const auto& code : named_) {
      const auto rule = std::find_if(rules.begin(), rules.end(),
                                     [&code](const auto& one) { return one.code == code; });
      if (rule == rules.end()) continue;
      *out_ << before << "        " << kaito::json::write(rule_json(*rule));
      before = ",\n";
    }
    *out_ << (named_.empty() ? "]" : "\n      ]") << "\n    }}\n  }]\n}\n";
    out_->flush();
  }

 private:
  boost::json::object result_json(const Finding& finding, const Reviewed& reviewed) {
    boost::json::object result;
    result["ruleId"] = finding.code;
    result["ruleIndex"] = index_of(finding.code);
    result["level"] = level_of(finding.severity);
    std::string message = finding.path.empty() ? "" : finding.path.text() + ": ";
    message += finding.message;
    if (!finding.fix.empty()) message += "; " + finding.fix;
    result["message"] = text_object(message);
    result["locations"] = locations(finding, reviewed);
    return result;
  }

  /// The position of the rule in the list that finish() writes.
  std::size_t index_of(const std::string& code) {
    const auto found = std::find(named_.begin(), named_.end(), code);
    if (found == named_.end()) named_.push_back(code);
    return static_cast<std::size_t>(std::find(named_.begin(), named_.end(), code) - named_.begin());
  }

  static boost::json::array locations(const Finding& finding, const Reviewed& reviewed) {
    boost::json::object physical;
    boost::json::object artifact;
    artifact["uri"] = uri_of(finding.place ? finding.place->file : reviewed.file);
    physical["artifactLocation"] = std::move(artifact);
    if (finding.place && finding.place->line > 0) {
      boost::json::object region;
      region["startLine"] = finding.place->line;
      if (finding.place->column > 0) region["startColumn"] = finding.place->column;
      physical["region"] = std::move(region);
    }
    boost::json::object location;
    location["physicalLocation"] = std::move(physical);
    if (!reviewed.kind.empty()) {
      boost::json::object logical;
      logical["name"] = reviewed.name;
      logical["kind"] = "object";
      logical["fullyQualifiedName"] = reviewed.kind + "/" + reviewed.namespace_ + "/" +
                                      reviewed.name +
                                      (finding.path.empty() ? "" : "/" + finding.path.text());
      boost::json::array logicals;
      logicals.push_back(std::move(logical));
      location["logicalLocations"] = std::move(logicals);
    }
    boost::json::array all;
    all.push_back(std::move(location));
    return all;
  }

  std::ostream* out_;
  std::vector<std::string> named_;  ///< codes, in the order of the rules
  bool first_ = true;
};

}  // namespace

std::unique_ptr<FindingWriter> sarif_writer(std::ostream& out) {
  return std::make_unique<SarifWriter>(out);
}

}  // namespace kaitoctl
