#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kaito/net/server.hpp"
#include "scene.hpp"

namespace kaito::e2e {

/// A model server where the service proxy reaches it, one script deep.
class ModelStub {
 public:
  enum class Speaks : unsigned char {
    openai,    ///< answers "Hello, you said: PROMPT", "Hello" first and the rest after let_go()
    old_chat,  ///< /chat of the time before: the reply in one piece
    openai_broken,  ///< breaks off after "Hello"
  };
  /// `port` 0: any free one.
  explicit ModelStub(Speaks speaks, std::uint16_t port = 0);

  [[nodiscard]] int port() const { return server_->port(); }
  /// Lets the rest of a streamed reply go out. From then on nothing is held back.
  void let_go();
  /// "POST /v1/chat/completions", in their order.
  [[nodiscard]] std::vector<std::string> requests();

 private:
  void answer(const net::ServerRequest& request, net::Responder& responder,
              const std::stop_token& stop);
  void stream_reply(const std::string& prompt, net::Responder& responder,
                    const std::stop_token& stop);

  Speaks speaks_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool held_ = true;
  std::vector<std::string> requests_;
  std::unique_ptr<net::HttpServer> server_;  ///< last: stops before the rest goes
};

/// What makes the API server's proxy find a model server on `port` behind the Service `name`: the
/// Service, its Endpoints, and a ready Pod on a Node.
void serve_at(const Scene& scene, const std::string& name, int port);

}  // namespace kaito::e2e
