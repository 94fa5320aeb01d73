#pragma once

#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/kube/client.hpp"

namespace kaito::kube {

/// Writes what goes over the wire to a ClientLog, without credentials. Thread-safe: lines of
/// concurrent requests do not mix within a line.
class RequestLog {
 public:
  explicit RequestLog(ClientLog log) : log_(std::move(log)) {}

  [[nodiscard]] bool wants(int level) const { return log_.write && log_.level >= level; }
  /// A text that must never appear: whatever else the rules let through, this is cut out.
  void keep_secret(const std::string& text);

  void line(int level, std::string_view text);
  /// Level 6: headers; level 8: the body.
  void request(const net::HttpRequest& request);
  /// Level 4: "GET https://... 200 in 12ms"; level 6: headers.
  void answer(std::string_view method, std::string_view url, const net::HttpHead& head,
              std::chrono::nanoseconds took);
  /// Level 4.
  void no_answer(std::string_view method, std::string_view url, const Error& error,
                 std::chrono::nanoseconds took);
  /// Level 8.
  void body(std::string_view what, std::string_view text);
  /// The answer's Warning headers, each distinct text once.
  void warnings(const net::Headers& headers);

 private:
  void headers(std::string_view mark, const net::Headers& headers);
  [[nodiscard]] std::size_t body_limit() const;

  const ClientLog log_;
  std::mutex mutex_;
  std::set<std::string> secrets_;
  std::set<std::string> warned_;
};

}  // namespace kaito::kube
