#include "kaito/base/time.hpp"

#include <cstdio>
#include <optional>

#include "kaito/base/text.hpp"

namespace kaito {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Reads fixed-width numbers and marks from the front of a text; turns false at the first that does
/// not fit.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    if (rest_.size() < count) ok_ = false;
    int number = 0;
    for (std::size_t i = 0; ok_ && i < count; ++i) {
      ok_ = rest_[i] >= '0' && rest_[i] <= '9';
      number = number * 10 + (rest_[i] - '0');
    }
    if (ok_) rest_.remove_prefix(count);
    return ok_ ? number : 0;
  }
  void mark(char upper, char lower) {
    ok_ = ok_ && !rest_.empty() && (rest_.front() == upper || rest_.front() == lower);
    if (ok_) rest_.remove_prefix(1);
  }
  void mark(char c) { mark(c, c); }
  [[nodiscard]] bool next_is(std::string_view any_of) const {
    return ok_ && !rest_.empty() && any_of.find(rest_.front()) != std::string_view::npos;
  }
  /// Digits behind a decimal point as nanoseconds; those after the ninth are cut off.
  nanoseconds fraction() {
    std::int64_t ns = 0;
    std::int64_t weight = 100'000'000;
    if (!next_is("0123456789")) ok_ = false;
    while (next_is("0123456789")) {
      ns += (rest_.front() - '0') * weight;
      weight /= 10;
      rest_.remove_prefix(1);
    }
    return nanoseconds(ns);
  }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// Seconds since 1970 and the fraction, or nothing when the text is not RFC 3339.
std::optional<std::pair<std::chrono::sys_seconds, nanoseconds>> scan(std::string_view text) {
  Scanner in(text);
  const int year = in.digits(4);
  in.mark('-');
  const int month = in.digits(2);
  in.mark('-');
  const int day = in.digits(2);
  in.mark('T', 't');
  const int hour = in.digits(2);
  in.mark(':');
  const int minute = in.digits(2);
  in.mark(':');
  const int second = in.digits(2);
  nanoseconds fraction{0};
  if (in.next_is(".")) {
    in.mark('.');
    fraction = in.fraction();
  }
  int offset_minutes = 0;
  if (in.next_is("+-")) {
    const int sign = in.next_is("-") ? -1 : 1;
    in.mark('+', '-');
    const int offset_hour = in.digits(2);
    in.mark(':');
    const int offset_minute = in.digits(2);
    if (offset_hour > 23 || offset_minute > 59) return std::nullopt;
    offset_minutes = sign * (offset_hour * 60 + offset_minute);
  } else {
    in.mark('Z', 'z');
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!in.done() || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto moment = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                      std::chrono::minutes(minute - offset_minutes) + seconds(second);
  return std::pair(std::chrono::sys_seconds(moment), fraction);
}

/// "2026-01-02T03:04:05", without the zone.
std::string civil_text(std::chrono::sys_seconds moment) {
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(moment - midnight);
  char buffer[64];
  const int length = std::snprintf(
      buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return std::string(buffer, static_cast<std::size_t>(length));
}

}  // namespace

Result<Instant> parse_time(std::string_view text) {
  const auto scanned = scan(text);
  if (!scanned) {
    return fail(ErrorCode::invalid, '"' + shorten(text, 64) +
                                        "\" is not a time such as 2026-01-02T03:04:05Z (RFC 3339)");
  }
  const auto [moment, fraction] = *scanned;
  // One second is kept free at either end, for the fraction.
  constexpr auto last = std::chrono::floor<seconds>(Instant::max()) - seconds(1);
  constexpr auto first = std::chrono::ceil<seconds>(Instant::min()) + seconds(1);
  if (moment < first || moment > last) {
    return fail(ErrorCode::invalid,
                '"' + shorten(text, 64) + "\" is a time outside the years 1678 to 2261");
  }
  return Instant(moment) + fraction;
}

std::string format_time(Instant instant) {
  return civil_text(std::chrono::floor<seconds>(instant)) + 'Z';
}

std::string format_micro_time(Instant instant) {
  const auto whole = std::chrono::floor<seconds>(instant);
  const auto micros = std::chrono::floor<std::chrono::microseconds>(instant - whole).count();
  std::string digits = std::to_string(micros);
  digits.insert(0, 6 - digits.size(), '0');
  return civil_text(whole) + '.' + digits + 'Z';
}

}  // namespace kaito
