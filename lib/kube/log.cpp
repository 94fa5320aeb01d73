#include "kube/log.hpp"

#include <fmt/format.h>

#include <utility>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kube/redact.hpp"
#include "kube/warning.hpp"

namespace kaito::kube {
namespace {

constexpr int level_requests = 4;
constexpr int level_headers = 6;
constexpr int level_bodies = 8;
/// Shorter texts occur by chance.
constexpr std::size_t shortest_secret = 6;
/// A server that makes up a new warning each time does not fill the memory.
constexpr std::size_t most_warnings = 1000;

void cut_out(std::string& text, const std::string& secret) {
  constexpr std::string_view mark = "<redacted>";
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
    text.replace(at, secret.size(), mark), at += mark.size();
}

}  // namespace

void RequestLog::keep_secret(const std::string& text) {
  if (!log_.write || text.size() < shortest_secret) return;
  const std::lock_guard lock(mutex_);
  secrets_.insert(text);
}

void RequestLog::line(int level, std::string_view text) {
  if (!wants(level)) return;
  std::string safe(text);
  const std::lock_guard lock(mutex_);
  for (const auto& secret : secrets_)
    cut_out(safe, secret);
  log_.write(level, safe);
}

void RequestLog::request(const net::HttpRequest& request) {
  headers(">", request.headers);
  if (!request.body.empty()) body("> ", request.body);
}

void RequestLog::answer(std::string_view method, std::string_view url, const net::HttpHead& head,
                        std::chrono::nanoseconds took) {
  if (!wants(level_requests)) return;
  line(level_requests,
       fmt::format("{} {} {} in {}", method, url, head.status, format_duration(took)));
  headers("<", head.headers);
}

void RequestLog::no_answer(std::string_view method, std::string_view url, const Error& error,
                           std::chrono::nanoseconds took) {
  if (!wants(level_requests)) return;
  line(level_requests, fmt::format("{} {} no answer after {}: {}", method, url,
                                   format_duration(took), escape_controls(error.describe())));
}

void RequestLog::headers(std::string_view mark, const net::Headers& headers) {
  if (!wants(level_headers)) return;
  for (const auto& [name, value] : headers.all())
    line(level_headers, fmt::format("{} {}: {}", mark, name, loggable_header(name, value)));
}

std::size_t RequestLog::body_limit() const {
  if (log_.level >= 10) return 0;
  return log_.level == 9 ? 10240 : 1024;
}

void RequestLog::body(std::string_view what, std::string_view text) {
  if (!wants(level_bodies)) return;
  line(level_bodies, fmt::format("{}{}", what, loggable_body(text, body_limit())));
}

void RequestLog::warnings(const net::Headers& headers) {
  if (!log_.warning) return;
  for (const auto& text : warning_texts(headers)) {
    const std::lock_guard lock(mutex_);
    if (warned_.size() < most_warnings && warned_.insert(text).second) log_.warning(text);
  }
}

}  // namespace kaito::kube
