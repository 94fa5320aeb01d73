#include "kaito/k8s/unknown_fields.hpp"

#include <string_view>

#include "kaito/base/text.hpp"

namespace kaito::k8s {
namespace {

/// `failed to create typed patch object (NS/NAME; GROUP/VERSION, Kind=KIND): .a.b: field not
/// declared in schema`; of several: `...: errors:`, and each on a line of its own. Before 1.22
/// without what is in brackets.
std::vector<std::string> of_apply(std::string_view message) {
  constexpr std::string_view tail = ": field not declared in schema";
  constexpr std::string_view several = ": errors:";
  std::vector<std::string> fields;
  auto lines = split(message, '\n');
  if (lines.front().ends_with(several)) {
    lines.erase(lines.begin());
  } else {
    const auto start = lines.front().find(": .");
    if (start == std::string_view::npos) return {};
    lines.front().remove_prefix(start + 2);
  }
  for (const auto line : lines) {
    auto field = trim(line);
    if (field.empty()) continue;
    if (!field.starts_with('.') || !field.ends_with(tail)) return {};
    field.remove_suffix(tail.size());
    fields.emplace_back(field.substr(1));
  }
  return fields;
}

/// `...strict decoding error: unknown field "a.b", unknown field "c"`.
std::vector<std::string> of_strict(std::string_view list) {
  constexpr std::string_view lead = "unknown field \"";
  constexpr std::string_view between = "\", ";
  std::vector<std::string> fields;
  while (list.starts_with(lead)) {
    list.remove_prefix(lead.size());
    const auto end = list.find(between);
    if (end == std::string_view::npos) {
      if (!list.ends_with('"')) return {};
      fields.emplace_back(list.substr(0, list.size() - 1));
      return fields;
    }
    fields.emplace_back(list.substr(0, end));
    list.remove_prefix(end + between.size());
  }
  return {};
}

}  // namespace

std::vector<std::string> unknown_fields(const Status& status) {
  constexpr std::string_view strict = "strict decoding error: ";
  const std::string_view message = status.message;
  // Newer servers may call it a 400.
  if ((status.code == 500 || status.code == 400) &&
      message.starts_with("failed to create typed patch object"))
    return of_apply(message);
  const auto found = message.find(strict);
  if (status.code != 400 || found == std::string_view::npos) return {};
  return of_strict(message.substr(found + strict.size()));
}

}  // namespace kaito::k8s
