#include "kube/warning.hpp"

#include <cstddef>
#include <optional>

#include "kaito/base/text.hpp"

namespace kaito::kube {
namespace {

constexpr std::size_t longest_text = 2048;

/// Reads warning values off the front of a header field.
class WarningReader {
 public:
  explicit WarningReader(std::string_view field) : rest_(field) {}

  /// The next value's text, "" when it is of another code; nothing at the end or where the field is
  /// malformed: what follows cannot be told apart.
  std::optional<std::string> next() {
    skip(", \t");
    const auto code = word();
    const auto agent = word();
    if (code.size() != 3 || agent.empty()) return std::nullopt;
    auto text = quoted();
    if (!text) return std::nullopt;
    skip(" \t");
    if (rest_.starts_with('"') && !quoted()) return std::nullopt;  // the date
    skip(" \t");
    if (!rest_.empty() && rest_.front() != ',') return std::nullopt;
    return code == "299" ? text : std::string();
  }

 private:
  void skip(std::string_view characters) {
    const auto end = rest_.find_first_not_of(characters);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
  }

  std::string_view word() {
    const auto end = rest_.find(' ');
    if (end == std::string_view::npos) return {};
    const auto found = rest_.substr(0, end);
    rest_.remove_prefix(end);
    skip(" \t");
    return found;
  }

  std::optional<std::string> quoted() {
    if (!rest_.starts_with('"')) return std::nullopt;
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return text;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      text += rest_[i];
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace

std::vector<std::string> warning_texts(const net::Headers& headers) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : headers.all()) {
    if (!equals_ignoring_case(name, "Warning")) continue;
    WarningReader reader(value);
    while (auto text = reader.next())
      if (!text->empty()) texts.push_back(escape_controls(shorten(*text, longest_text)));
  }
  return texts;
}

}  // namespace kaito::kube
