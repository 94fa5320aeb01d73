#include "output/finding_rules.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "output/format.hpp"

namespace kaitoctl {

using kaito::validate::RuleInfo;

namespace {

/// The text in lines of at most that many columns, broken at blanks.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string lines;
  std::string line;
  for (const std::string_view word : kaito::split(text, ' ')) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      lines += line + "\n";
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  return lines + line + "\n";
}

}  // namespace

std::string rule_table(const std::vector<RuleInfo>& rules) {
  Table table{{"CODE", "SEVERITY", "SUMMARY"}, {}};
  for (const auto& rule : rules)
    table.rows.push_back(
        {std::string(rule.code),
         rule.checked ? std::string(kaito::validate::to_string(rule.severity)) : "-",
         std::string(rule.summary)});
  return table.text();
}

kaito::json::Value rule_list(const std::vector<RuleInfo>& rules) {
  boost::json::array items;
  for (const auto& rule : rules) {
    boost::json::object item;
    item["code"] = rule.code;
    item["severity"] = kaito::validate::to_string(rule.severity);
    item["summary"] = rule.summary;
    item["why"] = rule.why;
    item["fix"] = rule.fix;
    item["source"] = rule.source;
    item["checked"] = rule.checked;
    items.push_back(std::move(item));
  }
  boost::json::object list;
  list["apiVersion"] = "kaitoctl.dev/v1";
  list["kind"] = "RuleList";
  list["items"] = std::move(items);
  return list;
}

std::string rule_text(const RuleInfo& rule, int width) {
  const auto columns = static_cast<std::size_t>(std::clamp(width, 40, 100));
  std::string text = wrapped(std::string(rule.code) + " (" +
                                 std::string(kaito::validate::to_string(rule.severity)) +
                                 "): " + std::string(rule.summary),
                             columns);
  text += "\n" + wrapped(rule.why, columns);
  text += "\n" + wrapped("Fix: " + std::string(rule.fix), columns);
  text += wrapped("Source: " + rule.source, columns);
  if (!rule.checked) text += wrapped("No finding has this code.", columns);
  return text;
}

}  // namespace kaitoctl
