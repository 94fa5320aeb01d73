#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/validate/finding.hpp"

namespace kaito::validate {

/// "CODE[,CODE]": what the user does not want to hear about this object.
inline constexpr std::string_view kIgnoreAnnotation = "kaitoctl.dev/ignore";

[[nodiscard]] std::vector<std::string_view> ignored_codes(std::string_view value);
/// Takes out the findings whose code the annotation names.
void drop_ignored(std::vector<Finding>& findings,
                  const std::map<std::string, std::string>& annotations);

}  // namespace kaito::validate
