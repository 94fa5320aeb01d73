#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "json/number.hpp"
#include "json/shape.hpp"
#include "json/text_output.hpp"
#include "kaito/json/json.hpp"

namespace kaito::json {
namespace {

constexpr double kPastExact = 9007199254740992.0;  // 2^53: above it every double is whole
constexpr double kPastUint64 = 18446744073709551616.0;

class Writer {
 public:
  /// With `indent` blanks per level, or all on one line.
  explicit Writer(std::optional<unsigned> indent) : indent_(indent) {}

  template <class Node>
  void write(const Node& value, unsigned level) {
    switch (shape_of(value)) {
      case Shape::object:
        write_object(value, level);
        break;
      case Shape::array:
        write_array(value, level);
        break;
      case Shape::string:
        append_double_quoted(out_, text_of(value));
        break;
      case Shape::plain:
        append_plain(out_, value);
    }
  }

  std::string out_;

 private:
  template <class Node>
  void write_object(const Node& object, unsigned level) {
    out_ += '{';
    bool first = true;
    each_member(object, [&](std::string_view key, const Node& value) {
      separate(first, level + 1);
      append_double_quoted(out_, key);
      out_ += indent_ ? ": " : ":";
      write(value, level + 1);
    });
    if (!first) new_line(level);
    out_ += '}';
  }

  template <class Node>
  void write_array(const Node& array, unsigned level) {
    out_ += '[';
    bool first = true;
    each_item(array, [&](const Node& item) {
      separate(first, level + 1);
      write(item, level + 1);
    });
    if (!first) new_line(level);
    out_ += ']';
  }

  void separate(bool& first, unsigned level) {
    if (!first) out_ += ',';
    first = false;
    new_line(level);
  }

  void new_line(unsigned level) {
    if (!indent_) return;
    out_ += '\n';
    out_.append(std::size_t{*indent_} * level, ' ');
  }

  std::optional<unsigned> indent_;
};

template <class Node>
std::string written(const Node& value) {
  Writer writer(std::nullopt);
  writer.write(value, 0);
  return std::move(writer.out_);
}

}  // namespace

void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  // A whole number of 64 bits reads back as an integer, which must then be this one: with all its
  // digits, not with the shortest that would give the same double.
  if (std::abs(number) >= kPastExact && std::abs(number) < kPastUint64) {
    if (number < 0) out += '-';
    out += std::to_string(static_cast<std::uint64_t>(std::abs(number)));
    return;
  }
  std::array<char, 32> buffer{};  // -d.dddddddddddddddde+ddd is 24 characters
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                     std::chars_format::scientific);
  std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 1) digits += text.substr(2, e - 2);
  int exponent = 0;
  const std::size_t sign_and_digits = text[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(text.data() + sign_and_digits, text.data() + text.size(), exponent);

  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the decimal point
  if (point > 21 || point < -5) {
    out += digits[0];
    if (count > 1) out.append(".").append(digits, 1);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  } else if (point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (count <= point) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    const auto whole = static_cast<std::size_t>(point);
    out.append(digits, 0, whole).append(".").append(digits, whole);
  }
}

void append_plain(std::string& out, const Value& value) {
  if (value.is_bool()) {
    out += value.get_bool() ? "true" : "false";
  } else if (value.is_int64()) {
    out += std::to_string(value.get_int64());
  } else if (value.is_uint64()) {
    out += std::to_string(value.get_uint64());
  } else if (value.is_double()) {
    append_number(out, value.get_double());
  } else {
    out += "null";
  }
}

void append_plain(std::string& out, const TreeNode& node) {
  switch (node.kind()) {
    case TreeNode::Kind::boolean:
      out += node.boolean() ? "true" : "false";
      break;
    case TreeNode::Kind::integer:
      out += std::to_string(node.integer());
      break;
    case TreeNode::Kind::natural:
      out += std::to_string(node.natural());
      break;
    case TreeNode::Kind::real:
      append_number(out, node.real());
      break;
    default:
      out += "null";
  }
}

std::string write(const Value& value) {
  return written(value);
}

std::string write(const Tree& tree) {
  return written(tree.root());
}

std::string quoted(std::string_view text) {
  std::string out;
  append_double_quoted(out, text);
  return out;
}

std::string write_pretty(const Value& value, unsigned indent) {
  Writer writer(indent);
  writer.write(value, 0);
  writer.out_ += '\n';
  return std::move(writer.out_);
}

}  // namespace kaito::json
