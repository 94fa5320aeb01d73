#include "kube/log_position.hpp"

namespace kaito::kube {
namespace {

constexpr std::size_t longest_timestamp = 40;  // "2006-01-02T15:04:05.000000000+00:00" and some

std::optional<Instant> time_of(std::string_view line) {
  const auto end = line.substr(0, longest_timestamp).find(' ');
  auto time = parse_time(line.substr(0, end == std::string_view::npos ? line.size() : end));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

bool LogPosition::is_new(std::string_view line) {
  const auto time = time_of(line);
  if (!time) return true;
  if (catching_up_ && last_) {
    if (*time < *last_) return false;
    if (*time == *last_ && skipped_ < at_last_) {
      ++skipped_;
      return false;
    }
    catching_up_ = false;
  }
  // Streams of a container may be a little out of order: a line of before is new all the same, and
  // the position stays.
  if (!last_ || *time > *last_) {
    last_ = time;
    at_last_ = 1;
  } else if (*time == *last_) {
    ++at_last_;
  }
  return true;
}

void LogPosition::begin_again() {
  catching_up_ = true;
  skipped_ = 0;
}

std::string LogPosition::since() const {
  return last_ ? format_time(*last_) : std::string();
}

std::string_view without_timestamp(std::string_view line) {
  if (!time_of(line)) return line;
  const auto end = line.find(' ');
  return end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
}

}  // namespace kaito::kube
