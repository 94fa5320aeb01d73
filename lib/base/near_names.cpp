#include <algorithm>
#include <numeric>
#include <optional>

#include "kaito/base/text.hpp"

namespace kaito {
namespace {

constexpr std::size_t kLongestName = 256;  // beyond it, comparing costs more than it helps

struct Distance {
  std::size_t whole = 0;   ///< edits from the word to the candidate
  std::size_t prefix = 0;  ///< edits from the word to that prefix of the candidate that is nearest
};

constexpr std::size_t kFarthest = 3;  // edits that are still a mistake in typing

/// Three rows of the table, kept from one comparison to the next.
struct Rows {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last;
  std::vector<std::size_t> row;
};

/// Damerau-Levenshtein with adjacent transpositions (optimal string alignment); any numbers above
/// kFarthest when both are.
Distance distance_between(std::string_view word, std::string_view candidate, Rows& rows) {
  const std::size_t width = candidate.size() + 1;
  auto& [before_last, last, row] = rows;
  for (auto* each : {&before_last, &last, &row})
    each->assign(width, 0);
  std::iota(row.begin(), row.end(), std::size_t{0});
  std::size_t nearest = 0;
  std::size_t nearest_before = 0;
  for (std::size_t i = 1; i <= word.size(); ++i) {
    // No row is nearer than both rows before it.
    if (std::min(nearest, nearest_before) > kFarthest) return {nearest, nearest};
    nearest_before = nearest;
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t replaced = last[j - 1] + (word[i - 1] == candidate[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped =
          i > 1 && j > 1 && word[i - 1] == candidate[j - 2] && word[i - 2] == candidate[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    nearest = *std::min_element(row.begin(), row.end());
  }
  return {row.back(), nearest};
}

/// How far off, or nothing when too far to be what was meant. A candidate that goes on after the
/// word is as near as one typing mistake.
std::optional<std::size_t> score(std::string_view word, std::string_view candidate, Rows& rows) {
  if (candidate.empty() || candidate.size() > kLongestName) return std::nullopt;
  const std::size_t allowed = word.size() <= 3 ? 1 : word.size() <= 8 ? 2 : kFarthest;
  const Distance distance = distance_between(word, candidate, rows);
  std::optional<std::size_t> best;
  const auto consider = [&best](std::size_t value) {
    best = std::min(best.value_or(value), value);
  };
  // A word of one or two letters is not near to every other such word.
  if (distance.whole <= allowed && distance.whole < word.size()) consider(distance.whole);
  const std::size_t allowed_in_prefix = word.size() >= 4 ? 1 : 0;
  if (distance.prefix <= allowed_in_prefix) consider(distance.prefix + 1);
  if (candidate.size() >= 3 && word.substr(0, candidate.size()) == candidate) consider(1);
  return best;
}

}  // namespace

std::vector<std::string> near_names(std::string_view word, std::span<const std::string> candidates,
                                    std::size_t most) {
  struct Scored {
    std::size_t score;
    std::size_t length_difference;
    const std::string* name;
  };
  std::vector<Scored> scored;
  if (word.empty() || word.size() > kLongestName) return {};
  const std::string wanted = to_lower(word);
  Rows rows;
  for (const std::string& candidate : candidates) {
    const auto value = score(wanted, to_lower(candidate), rows);
    if (!value) continue;
    const std::size_t difference =
        std::max(wanted.size(), candidate.size()) - std::min(wanted.size(), candidate.size());
    scored.push_back({*value, difference, &candidate});
  }
  std::stable_sort(scored.begin(), scored.end(), [](const Scored& a, const Scored& b) {
    return std::pair(a.score, a.length_difference) < std::pair(b.score, b.length_difference);
  });
  if (scored.size() > most) scored.resize(most);
  std::vector<std::string> names;
  names.reserve(scored.size());
  for (const Scored& one : scored)
    names.push_back(*one.name);
  return names;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::vector<std::string> names = near_names(word, candidates);
  if (names.empty()) return {};
  std::string text = "did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += '"' + names[i] + '"';
  }
  return text + '?';
}

}  // namespace kaito
