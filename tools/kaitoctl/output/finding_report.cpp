#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <ostream>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "output/finding_writer.hpp"

/// The ValidateReport of -o json and yaml (docs/schema/validate-report.schema.json), written piece
/// by piece.
namespace kaitoctl {

namespace {

using kaito::validate::Finding;
using kaito::validate::ReviewCounts;
using kaito::validate::Reviewed;

boost::json::object finding_json(const Finding& finding, const Reviewed& reviewed) {
  boost::json::object item;
  item["code"] = finding.code;
  item["severity"] = kaito::validate::to_string(finding.severity);
  item["message"] = finding.message;
  if (!finding.fix.empty()) item["fix"] = finding.fix;
  if (!finding.path.empty()) item["path"] = finding.path.text();
  if (finding.place && !finding.place->file.empty()) item["file"] = finding.place->file;
  if (finding.place && finding.place->line > 0) {
    item["line"] = finding.place->line;
    item["column"] = finding.place->column;
  }
  if (!reviewed.kind.empty()) {
    boost::json::object object;
    object["kind"] = reviewed.kind;
    object["namespace"] = reviewed.namespace_;
    object["name"] = reviewed.name;
    item["object"] = std::move(object);
  }
  return item;
}

boost::json::object summary_json(const ReviewCounts& counts) {
  boost::json::object summary;
  summary["documents"] = counts.documents;
  summary["objects"] = counts.objects;
  summary["passedOver"] = counts.passed_over;
  summary["broken"] = counts.broken;
  summary["errors"] = counts.errors;
  summary["warnings"] = counts.warnings;
  summary["infos"] = counts.infos;
  return summary;
}

/// Each line but the first moved in.
std::string indented(std::string_view text, std::string_view by) {
  std::string moved;
  for (const char c : text) {
    moved += c;
    if (c == '\n') moved += by;
  }
  while (!moved.empty() && (moved.back() == ' ' || moved.back() == '\n'))
    moved.pop_back();
  return moved;
}

class JsonWriter final : public FindingWriter {
 public:
  explicit JsonWriter(std::ostream& out) : out_(&out) {
    *out_ << "{\n    \"apiVersion\": \"kaitoctl.dev/v1\",\n    \"kind\": \"ValidateReport\",\n"
             "    \"findings\": [";
  }

  void write(const Reviewed& reviewed) override {
    for (const auto& finding : reviewed.findings) {
      *out_ << (first_ ? "\n        " : ",\n        ")
            << indented(kaito::json::write_pretty(finding_json(finding, reviewed)), "        ");
      first_ = false;
    }
  }
  void finish(const ReviewCounts& counts) override {
    *out_ << (first_ ? "],\n" : "\n    ],\n") << "    \"summary\": "
          << indented(kaito::json::write_pretty(summary_json(counts)), "    ") << "\n}\n";
    out_->flush();
  }

 private:
  std::ostream* out_;
  bool first_ = true;
};

class YamlWriter final : public FindingWriter {
 public:
  explicit YamlWriter(std::ostream& out) : out_(&out) {
    *out_ << "apiVersion: kaitoctl.dev/v1\nkind: ValidateReport\nfindings:";
  }

  void write(const Reviewed& reviewed) override {
    for (const auto& finding : reviewed.findings) {
      boost::json::array one;
      one.push_back(finding_json(finding, reviewed));
      if (first_) *out_ << '\n';
      *out_ << kaito::json::write_yaml(one);
      first_ = false;
    }
  }
  void finish(const ReviewCounts& counts) override {
    if (first_) *out_ << " []\n";
    boost::json::object end;
    end["summary"] = summary_json(counts);
    *out_ << kaito::json::write_yaml(end);
    out_->flush();
  }

 private:
  std::ostream* out_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<FindingWriter> report_writer(std::ostream& out, bool yaml) {
  if (yaml) return std::make_unique<YamlWriter>(out);
  return std::make_unique<JsonWriter>(out);
}

}  // namespace kaitoctl
