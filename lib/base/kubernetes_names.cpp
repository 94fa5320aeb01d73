#include <algorithm>

#include "kaito/base/text.hpp"
#include "utf8.hpp"

namespace kaito {
namespace {

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter_or_digit(char c) {
  return is_lower_or_digit(c) || is_upper(c);
}

/// One alphabet: what may stand at the ends, and what else may stand in between.
struct Alphabet {
  bool (*at_ends)(char);
  std::string_view between;
  std::string_view ends_for_people;
  std::string_view all_for_people;
};

constexpr Alphabet dns{is_lower_or_digit, "-", "a lower-case letter or a digit",
                       "lower-case letters, digits and \"-\""};
constexpr Alphabet dns_with_dots{is_lower_or_digit, "-.", "a lower-case letter or a digit",
                                 "lower-case letters, digits, \"-\" and \".\""};
constexpr Alphabet label{is_letter_or_digit, "-_.", "a letter or a digit",
                         "letters, digits, \"-\", \"_\" and \".\""};

std::string too_long(std::string_view text, std::size_t most) {
  if (text.size() <= most) return {};
  return "must be no more than " + std::to_string(most) + " characters long (it has " +
         std::to_string(text.size()) + ")";
}

std::string alphabet_problem(std::string_view text, const Alphabet& alphabet) {
  const auto allowed = [&alphabet](char c) {
    return alphabet.at_ends(c) || alphabet.between.find(c) != std::string_view::npos;
  };
  const auto* const wrong = std::find_if_not(text.begin(), text.end(), allowed);
  if (wrong != text.end()) {
    const std::string_view rest = text.substr(static_cast<std::size_t>(wrong - text.begin()));
    const std::string found = escape_controls(rest.substr(0, first_character(rest).bytes));
    return "must consist of " + std::string(alphabet.all_for_people) + " (found \"" + found + "\")";
  }
  if (!alphabet.at_ends(text.front()))
    return "must start with " + std::string(alphabet.ends_for_people);
  if (!alphabet.at_ends(text.back()))
    return "must end with " + std::string(alphabet.ends_for_people);
  return {};
}

}  // namespace

std::string dns_label_problem(std::string_view name) {
  if (name.empty()) return "must not be empty";
  if (std::string problem = too_long(name, 63); !problem.empty()) return problem;
  return alphabet_problem(name, dns);
}

std::string dns_subdomain_problem(std::string_view name) {
  if (name.empty()) return "must not be empty";
  if (std::string problem = too_long(name, 253); !problem.empty()) return problem;
  if (std::string problem = alphabet_problem(name, dns_with_dots); !problem.empty()) return problem;
  for (const std::string_view part : split(name, '.')) {
    if (part.empty()) return "must not have two dots in a row";
    if (part.front() == '-' || part.back() == '-')
      return "must have a lower-case letter or a digit on both sides of every dot";
  }
  return {};
}

std::string label_key_problem(std::string_view key) {
  std::string_view name = key;
  if (const std::size_t slash = key.find('/'); slash != std::string_view::npos) {
    const std::string_view prefix = key.substr(0, slash);
    name = key.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) return "must have no more than one \"/\"";
    if (std::string problem = dns_subdomain_problem(prefix); !problem.empty())
      return "has a part before the \"/\" that " + problem;
  }
  if (name.empty()) return key.empty() ? "must not be empty" : "must have a name after the \"/\"";
  if (std::string problem = too_long(name, 63); !problem.empty())
    return name.size() == key.size() ? problem : "has a part after the \"/\" that " + problem;
  return alphabet_problem(name, label);
}

std::string label_value_problem(std::string_view value) {
  if (value.empty()) return {};
  if (std::string problem = too_long(value, 63); !problem.empty()) return problem;
  return alphabet_problem(value, label);
}

}  // namespace kaito
