#include "validate/cron.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"

namespace kaito::validate {

namespace {

constexpr std::array kMonths{
    std::string_view("jan"), std::string_view("feb"), std::string_view("mar"),
    std::string_view("apr"), std::string_view("may"), std::string_view("jun"),
    std::string_view("jul"), std::string_view("aug"), std::string_view("sep"),
    std::string_view("oct"), std::string_view("nov"), std::string_view("dec")};
constexpr std::array kDays{std::string_view("sun"), std::string_view("mon"),
                           std::string_view("tue"), std::string_view("wed"),
                           std::string_view("thu"), std::string_view("fri"),
                           std::string_view("sat")};

struct CronField {
  std::string_view name;
  unsigned first;
  unsigned last;
  std::span<const std::string_view> names;
};

constexpr std::array kFields{
    CronField{"minute", 0, 59, {}},        CronField{"hour", 0, 23, {}},
    CronField{"day of month", 1, 31, {}},  CronField{"month", 1, 12, kMonths},
    CronField{"day of week", 0, 6, kDays},
};

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = text.find_first_not_of(" \t", at);
    if (start == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t", start), text.size());
    found.push_back(text.substr(start, at - start));
  }
  return found;
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

/// A number of the field, or a name in its place.
std::optional<unsigned> value_of(std::string_view text, const CronField& field) {
  const std::string lower = to_lower(text);
  const auto named = std::find(field.names.begin(), field.names.end(), lower);
  if (named != field.names.end())
    return field.first + static_cast<unsigned>(named - field.names.begin());
  return number(text);
}

/// One part between commas: *, N, N-M, and each with /STEP.
std::string part_problem(std::string_view part, const CronField& field) {
  const auto wrong = [&](std::string_view why) {
    return fmt::format("has \"{}\" as {}, {}", escape_controls(shorten(part, 40)), field.name, why);
  };
  const std::size_t slash = part.find('/');
  const std::string_view range = part.substr(0, slash);
  if (slash != std::string_view::npos) {
    const auto step = number(part.substr(slash + 1));
    if (!step) return wrong("whose step is no number");
    if (*step == 0) return wrong("whose step is zero");
  }
  if (range == "*" || range == "?") return {};
  const std::size_t dash = range.find('-');
  const auto from = value_of(range.substr(0, dash), field);
  const auto to = dash == std::string_view::npos ? from : value_of(range.substr(dash + 1), field);
  if (!from || !to) return wrong("which is no number");
  if (*from < field.first || *to > field.last)
    return wrong(fmt::format("beyond {} to {}", field.first, field.last));
  if (*from > *to) return wrong("which ends before it begins");
  return {};
}

std::string descriptor_problem(std::string_view text) {
  constexpr std::array kDescriptors{std::string_view("@yearly"),  std::string_view("@annually"),
                                    std::string_view("@monthly"), std::string_view("@weekly"),
                                    std::string_view("@daily"),   std::string_view("@midnight"),
                                    std::string_view("@hourly")};
  if (std::find(kDescriptors.begin(), kDescriptors.end(), text) != kDescriptors.end()) return {};
  constexpr std::string_view kEvery = "@every ";
  if (text.starts_with(kEvery))
    return parse_duration(text.substr(kEvery.size())) ? "" : "has no duration after @every";
  return "is not a descriptor that there is (@daily, @every 1h, in lower case)";
}

}  // namespace

std::string schedule_problem(std::string_view text) {
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return "has nothing after its time zone";
    text = trim(text.substr(blank));
  }
  if (text.starts_with('@')) return descriptor_problem(text);
  const auto fields = words(text);
  if (fields.size() != kFields.size()) return fmt::format("has {} fields, not 5", fields.size());
  for (std::size_t i = 0; i < kFields.size(); ++i)
    for (const std::string_view part : split(fields[i], ','))
      if (std::string problem = part_problem(part, kFields[i]); !problem.empty()) return problem;
  return {};
}

}  // namespace kaito::validate
