#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kaito/net/failure.hpp"
#include "kaito/net/http.hpp"

namespace kaito::test {

/// One answer of a ScriptedTransport.
struct Scripted {
  int status = 200;
  std::string body;
  std::string type = "application/json";
  std::vector<std::string> pieces{};  ///< of an opened body, each a read; empty = the body whole
  std::optional<Error> breaks{};      ///< what the read behind the last piece gives
  std::optional<Error> failure{};     ///< instead of any answer
};

/// A transport that follows a script: each request line ("GET /path", without the query; "WATCH
/// /path" for a watch) has answers that it gives in order, the last one for ever. It remembers what
/// it was asked.
class ScriptedTransport final : public net::Transport {
 public:
  /// `otherwise` answers what the script does not know.
  explicit ScriptedTransport(Scripted otherwise) : otherwise_(std::move(otherwise)) {}

  ScriptedTransport& on(const std::string& line, std::vector<Scripted> answers) {
    script_[line] = {std::move(answers), 0};
    return *this;
  }

  Result<net::HttpResponse> send(const net::HttpRequest& request, const CallLimits&) override {
    const Scripted answer = next(request);
    if (answer.failure) return fail(*answer.failure);
    return net::HttpResponse{head_of(answer), answer.body};
  }

  Result<std::unique_ptr<net::BodyStream>> open(const net::HttpRequest& request,
                                                const CallLimits&) override {
    const Scripted answer = next(request);
    if (answer.failure) return fail(*answer.failure);
    return std::make_unique<Stream>(head_of(answer), answer);
  }

  /// Never more than an ordinary answer.
  Result<net::Upgraded> upgrade(const net::HttpRequest& request, const CallLimits&) override {
    const Scripted answer = next(request);
    if (answer.failure) return fail(*answer.failure);
    return net::Upgraded{head_of(answer), answer.body, nullptr};
  }

  [[nodiscard]] const std::vector<net::HttpRequest>& requests() const { return requests_; }
  /// "GET /path?query" of each, in order.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const auto& request : requests_)
      lines.push_back(request.method + " " + request.target);
    return lines;
  }
  /// The requests of that method that are not dry runs.
  [[nodiscard]] std::vector<net::HttpRequest> writes() const {
    std::vector<net::HttpRequest> found;
    for (const auto& request : requests_) {
      if (request.method != "GET" && request.target.find("dryRun=All") == std::string::npos &&
          request.body.find("dryRun") == std::string::npos)
        found.push_back(request);
    }
    return found;
  }
  [[nodiscard]] std::size_t count(const std::string& line) const {
    return static_cast<std::size_t>(
        std::count_if(requests_.begin(), requests_.end(),
                      [&](const net::HttpRequest& request) { return key_of(request) == line; }));
  }

 private:
  class Stream final : public net::BodyStream {
   public:
    Stream(net::HttpHead head, Scripted answer)
        : head_(std::move(head)), answer_(std::move(answer)) {
      if (answer_.pieces.empty() && !answer_.body.empty()) answer_.pieces = {answer_.body};
    }
    [[nodiscard]] const net::HttpHead& head() const override { return head_; }
    [[nodiscard]] Result<std::string> read(const CallLimits& limits) override {
      if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
      if (next_ < answer_.pieces.size()) return answer_.pieces[next_++];
      if (answer_.breaks) return fail(*answer_.breaks);
      return std::string();
    }

   private:
    net::HttpHead head_;
    Scripted answer_;
    std::size_t next_ = 0;
  };

  struct Route {
    std::vector<Scripted> answers;
    std::size_t given = 0;
  };

  static std::string key_of(const net::HttpRequest& request) {
    const bool watch = request.target.find("watch=true") != std::string::npos;
    return (watch ? "WATCH" : request.method) + " " +
           request.target.substr(0, request.target.find('?'));
  }

  static net::HttpHead head_of(const Scripted& answer) {
    net::HttpHead head;
    head.status = answer.status;
    if (!answer.type.empty()) head.headers.add("Content-Type", answer.type);
    return head;
  }

  Scripted next(const net::HttpRequest& request) {
    requests_.push_back(request);
    const auto found = script_.find(key_of(request));
    if (found == script_.end() || found->second.answers.empty()) return otherwise_;
    auto& route = found->second;
    return route.answers[std::min(route.given++, route.answers.size() - 1)];
  }

  std::map<std::string, Route> script_;
  Scripted otherwise_;
  std::vector<net::HttpRequest> requests_;
};

/// An answer of this code that is no answer: a call that failed.
inline Scripted failing(ErrorCode code, const std::string& message) {
  Scripted answer;
  answer.failure = Error{code, message, {}, "", nullptr};
  return answer;
}

}  // namespace kaito::test
