#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>

#include "kaito/net/server.hpp"
#include "sandbox/models/served_model.hpp"

namespace kaito::sandbox {

/// A stand-in for the model servers that KAITO runs: OpenAI's API as vLLM has it, and the older
/// /chat. Its replies are canned, begin with "[simulated]" and come word by word. Source:
/// inference-server.md 1.3, 3.
class ModelServer {
 public:
  /// `word_pace` gives the time between two words of a stream.
  explicit ModelServer(std::function<std::chrono::nanoseconds()> word_pace)
      : word_pace_(std::move(word_pace)) {}

  void handle(const ServedModel& model, const net::ServerRequest& request,
              net::Responder& responder, const std::stop_token& stop);

 private:
  void chat(const ServedModel& model, const net::ServerRequest& request, net::Responder& responder,
            const std::stop_token& stop);
  void old_chat(const ServedModel& model, const net::ServerRequest& request,
                net::Responder& responder);

  std::function<std::chrono::nanoseconds()> word_pace_;
  std::atomic<std::int64_t> served_{0};
  std::atomic<std::int64_t> tokens_{0};
};

}  // namespace kaito::sandbox
