#pragma once

#include <vector>

#include "kaito/chat/chat.hpp"

namespace kaito::chat {

/// What a model server turned out to be.
struct Probed {
  Dialect dialect = Dialect::openai;
  bool vllm = false;  ///< understands stream_options
  std::vector<ServedModel> models;
};

/// One request where the server speaks the OpenAI API, two or three where it does not.
/// Source: inference-server.md 0, 5. Errors: as ChatClient's.
[[nodiscard]] Result<Probed> probe(net::Transport& transport, const CallLimits& limits);

}  // namespace kaito::chat
