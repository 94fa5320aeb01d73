#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/json/document.hpp"
#include "kaito/net/http.hpp"

namespace kaito::chat {

/// Which HTTP API a model server speaks. Source: inference-server.md 0 and 5.
enum class Dialect : std::uint8_t {
  openai,            ///< /v1/chat/completions (vLLM, transformers serve)
  text_generation,   ///< POST /chat {prompt, generate_kwargs}
  llama_chat,        ///< POST /chat {input_data, parameters}
  llama_completion,  ///< POST /generate {prompts, parameters}
  falcon,            ///< POST /chat flat
};
[[nodiscard]] std::string_view to_string(Dialect dialect);

struct Message {
  std::string role;  ///< system, user, assistant
  std::string content;
};

struct Sampling {
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> seed;
  std::vector<std::string> stop;
  json::Document json_schema;  ///< response_format json_schema
};

struct ChatRequest {
  std::string model;  ///< served name or adapter; "" = the first that the server lists
  std::vector<Message> messages;
  Sampling sampling;
  bool stream = true;
};

struct Usage {
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
};

struct Reply {
  std::string text;
  std::string reasoning;
  std::string finish_reason;  ///< stop, length, tool_calls, ...; "" when the server says none
  std::string model;
  std::optional<Usage> usage;
  std::vector<json::Document> tool_calls;
};

struct ServedModel {
  std::string id;
  std::string parent;  ///< of an adapter: its base model
  std::optional<std::int64_t> max_model_len;
};

/// Called with each piece as it arrives. Raw: the caller escapes it for a terminal.
struct Sink {
  std::function<void(std::string_view text)> text;
  std::function<void(std::string_view text)> reasoning;  ///< may be empty
};

/// A conversation partner: one model server over a transport. Errors of all calls: unavailable
/// (still loading: hint says so), not_found (no such model: the known ones are in the hint; or the
/// API server knows no such Service), forbidden, unauthenticated (the API server's), failed (the
/// model server's own error text), invalid (what this server cannot do: choose a model, keep to a
/// schema), not_served (it speaks none of the dialects), unreachable, timeout, interrupted,
/// protocol.
class ChatClient {
 public:
  explicit ChatClient(net::Transport& transport);

  /// Finds out by probing, once; later calls use what was found.
  [[nodiscard]] Result<Dialect> dialect(const CallLimits& limits);
  /// Empty for servers that have no such list.
  [[nodiscard]] Result<std::vector<ServedModel>> models(const CallLimits& limits);
  /// One reply. Pieces go to `sink` as they arrive (servers that cannot stream: one piece). When
  /// the stream breaks, the error's payload is a PartialReply with what came; once the server has
  /// said that the reply is finished, how the stream ends does not matter. A POST is never
  /// repeated, but for a 422 of a field the server does not know.
  [[nodiscard]] Result<Reply> complete(const ChatRequest& request, const Sink& sink,
                                       const CallLimits& limits);

 private:
  [[nodiscard]] Result<void> find_out(const CallLimits& limits);
  [[nodiscard]] std::string default_model() const;
  [[nodiscard]] Result<Reply> complete_openai(const ChatRequest& request, const Sink& sink,
                                              const CallLimits& limits);
  [[nodiscard]] Result<Reply> complete_legacy(const ChatRequest& request, const Sink& sink,
                                              const CallLimits& limits);

  net::Transport* transport_;
  std::optional<Dialect> dialect_;
  bool vllm_ = false;
  std::vector<ServedModel> models_;
};

/// What had arrived when a stream broke.
struct PartialReply final : ErrorPayload {
  std::string text;
};

/// The model server itself refused (4xx): it runs, so that no state of its Workspace explains it.
struct ServerAnswer final : ErrorPayload {
  int status = 0;
};

/// The message in an error answer of any of the model servers, cut to a sensible length.
/// Source: inference-server.md 3.4.
[[nodiscard]] std::string server_error_text(std::string_view body);

}  // namespace kaito::chat
