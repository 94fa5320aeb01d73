#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>
#include <string>

#include "json/number.hpp"
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

  void write(const Value& value, unsigned level) {
    switch (value.kind()) {
      case boost::json::kind::object:
        write_object(value.get_object(), level);
        break;
      case boost::json::kind::array:
        write_array(value.get_array(), level);
        break;
      case boost::json::kind::string:
        append_double_quoted(out_, value.get_string());
        break;
      default:
        append_plain(out_, value);
    }
  }

  std::string out_;

 private:
  void write_object(const Object& object, unsigned level) {
    out_ += '{';
    bool first = true;
    for (const auto& member : object) {
      separate(first, level + 1);
      append_double_quoted(out_, member.key());
      out_ += indent_ ? ": " : ":";
      write(member.value(), level + 1);
    }
    if (!first) new_line(level);
    out_ += '}';
  }

  void write_array(const Array& array, unsigned level) {
    out_ += '[';
    bool first = true;
    for (const Value& item : array) {
      separate(first, level + 1);
      write(item, level + 1);
    }
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

std::string write(const Value& value) {
  Writer writer(std::nullopt);
  writer.write(value, 0);
  return std::move(writer.out_);
}

std::string write_pretty(const Value& value, unsigned indent) {
  Writer writer(indent);
  writer.write(value, 0);
  writer.out_ += '\n';
  return std::move(writer.out_);
}

}  // namespace kaito::json
