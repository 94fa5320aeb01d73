#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "kaito/kube/client.hpp"
#include "kaito/net/failure.hpp"
#include "kaito/net/http.hpp"

namespace kaito::test {

/// A watch's answer that a test feeds while it is read. Thread-safe.
class Feeding {
 public:
  void push(std::string text) {
    const std::lock_guard lock(mutex_);
    pieces_.push_back(std::move(text));
    changed_.notify_all();
  }
  void end() { end_with(std::string()); }
  void end_with(Result<std::string> last) {
    const std::lock_guard lock(mutex_);
    last_ = std::move(last);
    ended_ = true;
    changed_.notify_all();
  }
  /// Everything pushed was read, and the reader waits for more.
  [[nodiscard]] bool waited_for() const {
    const std::lock_guard lock(mutex_);
    return waiting_ && pieces_.empty();
  }
  /// How long before its deadline the last read was.
  [[nodiscard]] std::chrono::nanoseconds patience() const {
    const std::lock_guard lock(mutex_);
    return patience_;
  }

  Result<std::string> read(const CallLimits& limits) {
    std::unique_lock lock(mutex_);
    patience_ = limits.deadline.moment() - std::chrono::steady_clock::now();
    waiting_ = true;
    changed_.wait(lock, limits.stop, [&] { return ended_ || !pieces_.empty(); });
    waiting_ = false;
    if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
    if (pieces_.empty()) return last_;
    auto piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::string> pieces_;
  Result<std::string> last_;
  bool ended_ = false;
  bool waiting_ = false;
  std::chrono::nanoseconds patience_{};
};

/// One answer of a FakeCluster: a text, a watch that goes on, or no answer.
struct Answer {
  int status = 200;
  std::string body{};
  std::shared_ptr<Feeding> feeding{};
  std::optional<Error> failure{};
};

inline Answer refused() {
  // Of a kind that the client does not try again by itself.
  return {0, "", nullptr,
          Error{ErrorCode::unreachable,
                "connection refused",
                {},
                "",
                std::make_shared<net::Failure>(net::Stage::handshake)}};
}
inline Answer error_answer(int code, const std::string& reason, const std::string& message,
                           const std::string& details = "{}") {
  return {code, R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":")" + reason +
                    R"(","message":")" + message + R"(","details":)" + details + R"(,"code":)" +
                    std::to_string(code) + "}"};
}
inline std::string error_event(const Answer& error) {
  return R"({"type":"ERROR","object":)" + error.body + "}\n";
}

/// An API server whose answers a function gives, request by request. Thread-safe.
class FakeCluster final : public net::Transport {
 public:
  using Script = std::function<Answer(const net::HttpRequest&)>;
  explicit FakeCluster(Script script) : script_(std::move(script)) {}

  Result<net::HttpResponse> send(const net::HttpRequest& request, const CallLimits&) override {
    const auto answer = ask(request);
    if (answer.failure) return fail(*answer.failure);
    return net::HttpResponse{head_of(answer), answer.body};
  }
  Result<std::unique_ptr<net::BodyStream>> open(const net::HttpRequest& request,
                                                const CallLimits&) override {
    auto answer = ask(request);
    if (answer.failure) return fail(*answer.failure);
    if (!answer.feeding) {
      answer.feeding = std::make_shared<Feeding>();
      if (!answer.body.empty()) answer.feeding->push(answer.body);
      answer.feeding->end();
    }
    return std::make_unique<Stream>(head_of(answer), answer.feeding);
  }

  /// "GET /path?query" of each request so far.
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  [[nodiscard]] static bool is_watch(const net::HttpRequest& request) {
    return request.target.find("watch=true") != std::string::npos;
  }

 private:
  class Stream final : public net::BodyStream {
   public:
    Stream(net::HttpHead head, std::shared_ptr<Feeding> feeding)
        : head_(std::move(head)), feeding_(std::move(feeding)) {}
    [[nodiscard]] const net::HttpHead& head() const override { return head_; }
    [[nodiscard]] Result<std::string> read(const CallLimits& limits) override {
      return feeding_->read(limits);
    }

   private:
    net::HttpHead head_;
    std::shared_ptr<Feeding> feeding_;
  };

  static net::HttpHead head_of(const Answer& answer) {
    net::HttpHead head;
    head.status = answer.status;
    head.headers.add("Content-Type", "application/json");
    return head;
  }
  Answer ask(const net::HttpRequest& request) {
    {
      const std::lock_guard lock(mutex_);
      lines_.push_back(request.method + " " + request.target);
    }
    return script_(request);
  }

  const Script script_;
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

inline std::unique_ptr<kube::Client> client_of(std::shared_ptr<net::Transport> transport) {
  kube::ClusterConfig config;
  config.server.tls = true;
  config.server.host = "cluster.example";
  return kube::Client::over(std::move(transport), std::move(config));
}

/// Whether that comes true within a minute; looks every millisecond.
inline bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// A ConfigMap of that name and version; `uid` is "u-NAME" unless given.
inline std::string object_text(const std::string& name, int version, std::string uid = {}) {
  if (uid.empty()) uid = "u-" + name;
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name +
         R"(","namespace":"ns","uid":")" + uid + R"(","resourceVersion":")" +
         std::to_string(version) + R"("},"data":{"version":")" + std::to_string(version) + "\"}}";
}
inline std::string event_text(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}
inline std::string bookmark_text(int version) {
  return R"({"type":"BOOKMARK","object":{"apiVersion":"v1","kind":"ConfigMap","metadata":)"
         R"({"resourceVersion":")" +
         std::to_string(version) + "\"}}}\n";
}
inline std::string list_text(const std::vector<std::string>& objects, int version,
                             const std::string& continue_token = {}) {
  std::string items;
  for (const auto& object : objects)
    items += (items.empty() ? "" : ",") + object;
  return R"({"apiVersion":"v1","kind":"ConfigMapList","metadata":{"resourceVersion":")" +
         std::to_string(version) + R"(","continue":")" + continue_token + R"("},"items":[)" +
         items + "]}";
}

}  // namespace kaito::test
