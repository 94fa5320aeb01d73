#include <algorithm>
#include <charconv>
#include <optional>

#include "kaito/base/text.hpp"
#include "kaito/k8s/selector.hpp"

namespace kaito::k8s {
namespace {

struct Token {
  enum class Kind : unsigned char { word, mark, end };
  Kind kind = Kind::end;
  std::string_view text;
  std::size_t position = 0;  ///< from 0

  [[nodiscard]] bool is(std::string_view mark) const { return kind == Kind::mark && text == mark; }
  [[nodiscard]] bool is_word(std::string_view word) const {
    return kind == Kind::word && text == word;
  }
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Cuts a selector into words and marks.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { advance(); }

  [[nodiscard]] const Token& peek() const { return next_; }
  Token take() {
    const Token token = next_;
    advance();
    return token;
  }

 private:
  void advance() {
    while (at_ < text_.size() && is_blank(text_[at_]))
      ++at_;
    if (at_ == text_.size()) {
      next_ = {Token::Kind::end, {}, at_};
      return;
    }
    constexpr std::string_view marks = "=!(),<>";
    std::size_t end = at_;
    const std::string_view two = text_.substr(at_, 2);
    const bool is_mark = marks.find(text_[at_]) != std::string_view::npos;
    if (two == "==" || two == "!=") {
      end += 2;
    } else if (is_mark) {
      ++end;
    } else {
      while (end < text_.size() && !is_blank(text_[end]) &&
             marks.find(text_[end]) == std::string_view::npos)
        ++end;
    }
    next_ = {is_mark ? Token::Kind::mark : Token::Kind::word, text_.substr(at_, end - at_), at_};
    at_ = end;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Token next_;
};

tl::unexpected<Error> refuse(const Token& at, const std::string& why) {
  return fail(ErrorCode::invalid,
              "label selector, at position " + std::to_string(at.position + 1) + ": " + why);
}

std::string found(const Token& token) {
  if (token.kind == Token::Kind::end) return "found the end";
  return "found \"" + shorten(token.text, 64) + '"';
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::string> take_key(Lexer& lexer) {
  const Token token = lexer.take();
  if (token.kind != Token::Kind::word)
    return refuse(token, "a label key is expected, " + found(token));
  if (const std::string problem = label_key_problem(token.text); !problem.empty())
    return refuse(token, "the key \"" + shorten(token.text, 64) + "\" " + problem);
  return std::string(token.text);
}

/// A value, or "" where the text goes on with "," or ")" or ends.
Result<std::string> take_value(Lexer& lexer) {
  const Token& next = lexer.peek();
  if (next.kind == Token::Kind::end || next.is(",") || next.is(")")) return std::string();
  const Token token = lexer.take();
  if (token.kind != Token::Kind::word) return refuse(token, "a value is expected, " + found(token));
  if (const std::string problem = label_value_problem(token.text); !problem.empty())
    return refuse(token, "the value \"" + shorten(token.text, 64) + "\" " + problem);
  return std::string(token.text);
}

/// "(a,b)"
Result<std::vector<std::string>> take_list(Lexer& lexer) {
  std::vector<std::string> values;
  const Token open = lexer.take();
  if (!open.is("(")) return refuse(open, "\"(\" is expected, " + found(open));
  for (;;) {
    KAITO_TRY(std::string value, take_value(lexer));
    values.push_back(std::move(value));
    const Token next = lexer.take();
    if (next.is(")")) return values;
    if (!next.is(",")) return refuse(next, "\",\" or \")\" is expected, " + found(next));
  }
}

Result<std::string> take_integer(Lexer& lexer, const Token& op) {
  const Token token = lexer.take();
  if (token.kind != Token::Kind::word || !integer(token.text)) {
    return refuse(token,
                  "an integer is expected after \"" + std::string(op.text) + "\", " + found(token));
  }
  return std::string(token.text);
}

const std::string* value_of(const std::map<std::string, std::string>& labels,
                            const std::string& key) {
  const auto label = labels.find(key);
  return label == labels.end() ? nullptr : &label->second;
}

}  // namespace

/// Reads one part, "key OPERATOR values"; has access to what LabelSelector keeps private.
struct LabelSelectorParser {
  using Operator = LabelSelector::Operator;

  static Result<LabelSelector::Part> take_part(Lexer& lexer) {
    LabelSelector::Part part;
    const bool negated = lexer.peek().is("!");
    if (negated) lexer.take();
    KAITO_TRY(part.key, take_key(lexer));
    const Token& next = lexer.peek();
    if (negated || next.kind == Token::Kind::end || next.is(",")) {
      part.op = negated ? Operator::not_exists : Operator::exists;
      return part;
    }
    const Token op = lexer.take();
    if (op.is_word("in") || op.is_word("notin")) {
      part.op = op.is_word("in") ? Operator::in : Operator::not_in;
      KAITO_TRY(part.values, take_list(lexer));
    } else if (op.is("=") || op.is("==") || op.is("!=")) {
      part.op = op.is("!=") ? Operator::not_equals : Operator::equals;
      KAITO_TRY(std::string value, take_value(lexer));
      part.values.push_back(std::move(value));
    } else if (op.is(">") || op.is("<")) {
      part.op = op.is(">") ? Operator::greater : Operator::less;
      KAITO_TRY(std::string value, take_integer(lexer, op));
      part.values.push_back(std::move(value));
    } else {
      return refuse(op, "one of = == != in notin > < is expected after the key, " + found(op));
    }
    return part;
  }
};

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector selector;
  Lexer lexer(text);
  if (lexer.peek().kind == Token::Kind::end) return selector;
  for (;;) {
    KAITO_TRY(Part part, LabelSelectorParser::take_part(lexer));
    selector.parts_.push_back(std::move(part));
    const Token next = lexer.take();
    if (next.kind == Token::Kind::end) return selector;
    if (!next.is(",")) return refuse(next, "\",\" or the end is expected, " + found(next));
  }
}

LabelSelector LabelSelector::equals(const std::map<std::string, std::string>& labels) {
  LabelSelector selector;
  for (const auto& [key, value] : labels)
    selector.parts_.push_back({key, Operator::equals, {value}});
  return selector;
}

bool LabelSelector::matches(const std::map<std::string, std::string>& labels) const {
  const auto holds = [&labels](const Part& part) {
    const std::string* label = value_of(labels, part.key);
    const auto among = [&] {
      return label != nullptr &&
             std::find(part.values.begin(), part.values.end(), *label) != part.values.end();
    };
    const auto compared = [&](bool greater) {
      if (label == nullptr) return false;
      const auto number = integer(*label);
      const auto limit = integer(part.values.front());
      return number && limit && (greater ? *number > *limit : *number < *limit);
    };
    switch (part.op) {
      case Operator::equals:
      case Operator::in:
        return among();
      case Operator::not_equals:
      case Operator::not_in:
        return !among();
      case Operator::exists:
        return label != nullptr;
      case Operator::not_exists:
        return label == nullptr;
      case Operator::greater:
        return compared(true);
      case Operator::less:
        return compared(false);
    }
    return false;
  };
  return std::all_of(parts_.begin(), parts_.end(), holds);
}

std::string LabelSelector::text() const {
  const auto part_text = [](const Part& part) {
    switch (part.op) {
      case Operator::equals:
        return part.key + '=' + part.values.front();
      case Operator::not_equals:
        return part.key + "!=" + part.values.front();
      case Operator::in:
        return part.key + " in (" + join(part.values, ",") + ')';
      case Operator::not_in:
        return part.key + " notin (" + join(part.values, ",") + ')';
      case Operator::exists:
        return part.key;
      case Operator::not_exists:
        return '!' + part.key;
      case Operator::greater:
        return part.key + '>' + part.values.front();
      case Operator::less:
        return part.key + '<' + part.values.front();
    }
    return part.key;
  };
  std::string text;
  for (const Part& part : parts_) {
    if (!text.empty()) text += ',';
    text += part_text(part);
  }
  return text;
}

}  // namespace kaito::k8s
