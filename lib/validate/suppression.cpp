#include "validate/suppression.hpp"

#include <algorithm>

#include "kaito/base/text.hpp"

namespace kaito::validate {

std::vector<std::string_view> ignored_codes(std::string_view value) {
  std::vector<std::string_view> codes;
  for (const std::string_view part : split(value, ','))
    if (const std::string_view code = trim(part); !code.empty()) codes.push_back(code);
  return codes;
}

void drop_ignored(std::vector<Finding>& findings,
                  const std::map<std::string, std::string>& annotations) {
  if (findings.empty() || annotations.empty()) return;
  const auto found = annotations.find(std::string(kIgnoreAnnotation));
  if (found == annotations.end()) return;
  const auto codes = ignored_codes(found->second);
  std::erase_if(findings, [&](const Finding& finding) {
    return std::find(codes.begin(), codes.end(), finding.code) != codes.end();
  });
}

}  // namespace kaito::validate
