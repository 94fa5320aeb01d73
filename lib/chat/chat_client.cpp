#include <utility>

#include "chat/answer.hpp"
#include "chat/legacy.hpp"
#include "chat/openai.hpp"
#include "chat/probe.hpp"
#include "kaito/base/text.hpp"
#include "kaito/chat/chat.hpp"
#include "kaito/net/framing.hpp"

namespace kaito::chat {

namespace {

constexpr std::string_view asking = "asking the model";

net::HttpRequest post(std::string path, std::string body) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = std::move(path);
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", "text/event-stream, application/json");
  request.body = std::move(body);
  return request;
}

Error broken_off(Error error, const Reply& reply) {
  auto partial = std::make_shared<PartialReply>();
  partial->text = reply.text;
  error.payload = std::move(partial);
  return std::move(error).in("reading the reply");
}

/// Feeds the events that are whole. True once the stream says that it is over.
Result<bool> take_events(net::SseReader& reader, OpenAiReply& reply) {
  for (;;) {
    KAITO_TRY(const auto event, reader.next());
    if (!event) return false;
    if (event->data.empty()) continue;
    KAITO_TRY(const bool over, reply.take_event(event->data));
    if (over) return true;
  }
}

/// Feeds the events of a stream until it ends. Some servers end without an end mark; what matters
/// is that a finish reason was seen.
Result<void> read_events(net::BodyStream& stream, OpenAiReply& reply, const CallLimits& limits) {
  net::SseReader reader;
  for (;;) {
    auto piece = stream.read(limits);
    if (!piece) {
      // The reply was whole; what was still to come is the stream's own end.
      if (reply.is_complete()) return {};
      return fail(std::move(piece.error()));
    }
    if (piece->empty()) break;
    reader.feed(*piece);
    KAITO_TRY(const bool over, take_events(reader, reply));
    if (over) return {};
  }
  if (const auto rest = reader.finish(); rest && !rest->data.empty())
    KAITO_CHECK(reply.take_event(rest->data));
  if (reply.is_complete()) return {};
  if (reply.is_empty())
    return fail(ErrorCode::protocol, "the model server ended the stream without a reply");
  return fail(ErrorCode::unreachable, "the stream ended in the middle of the reply");
}

/// The models that can be named, for the message about one that cannot.
std::string known_models(const std::vector<ServedModel>& models) {
  std::vector<std::string> names;
  names.reserve(models.size());
  for (const auto& model : models)
    names.push_back(model.id);
  return names.empty() ? "" : "the server has: " + join(names, ", ");
}

}  // namespace

std::string_view to_string(Dialect dialect) {
  switch (dialect) {
    case Dialect::openai:
      return "openai";
    case Dialect::text_generation:
      return "text-generation";
    case Dialect::llama_chat:
      return "llama-chat";
    case Dialect::llama_completion:
      return "llama-completion";
    case Dialect::falcon:
      return "falcon";
  }
  return "";
}

ChatClient::ChatClient(net::Transport& transport) : transport_(&transport) {}

Result<void> ChatClient::find_out(const CallLimits& limits) {
  if (dialect_) return {};
  KAITO_TRY(auto probed, probe(*transport_, limits));
  dialect_ = probed.dialect;
  vllm_ = probed.vllm;
  models_ = std::move(probed.models);
  return {};
}

Result<Dialect> ChatClient::dialect(const CallLimits& limits) {
  KAITO_CHECK(find_out(limits));
  return *dialect_;
}

Result<std::vector<ServedModel>> ChatClient::models(const CallLimits& limits) {
  KAITO_CHECK(find_out(limits));
  return models_;
}

std::string ChatClient::default_model() const {
  for (const auto& model : models_) {
    if (model.parent.empty()) return model.id;
  }
  return models_.empty() ? "" : models_.front().id;
}

Result<Reply> ChatClient::complete(const ChatRequest& request, const Sink& sink,
                                   const CallLimits& limits) {
  KAITO_CHECK(find_out(limits));
  return *dialect_ == Dialect::openai ? complete_openai(request, sink, limits)
                                      : complete_legacy(request, sink, limits);
}

Result<Reply> ChatClient::complete_openai(const ChatRequest& request, const Sink& sink,
                                          const CallLimits& limits) {
  const std::string model = request.model.empty() ? default_model() : request.model;
  bool usage = vllm_;
  for (;;) {
    KAITO_TRY(
        const auto stream,
        transport_->open(post("/v1/chat/completions", openai_body(request, model, usage)), limits));
    const auto& head = stream->head();
    if (head.status != 200) {
      KAITO_TRY(const auto body, read_all(*stream, max_answer_bytes, limits));
      if (head.status == 422 && usage) {
        // Refused before anything was generated: once more without the extra, and so from now on.
        usage = vllm_ = false;
        continue;
      }
      auto error = error_of_answer(asking, head, body);
      if (error.code == ErrorCode::not_found && !is_kubernetes_status(body))
        error = std::move(error).hinted(known_models(models_));
      return fail(std::move(error));
    }
    OpenAiReply reply(sink);
    Result<void> read;
    // What counts is what came, not what was asked for: some servers always stream.
    if (head.content_type() == "text/event-stream") {
      read = read_events(*stream, reply, limits);
    } else if (auto body = read_all(*stream, max_answer_bytes, limits)) {
      read = reply.take_answer(*body);
    } else {
      read = fail(std::move(body.error()));
    }
    if (!read) return fail(broken_off(std::move(read.error()), reply.reply()));
    return reply.take();
  }
}

Result<Reply> ChatClient::complete_legacy(const ChatRequest& request, const Sink& sink,
                                          const CallLimits& limits) {
  if (!request.model.empty())
    return fail(ErrorCode::invalid,
                "this model server is an older one, with one model that cannot be chosen by name",
                "leave out the model");
  if (request.sampling.json_schema)
    return fail(ErrorCode::invalid,
                "this model server is an older one, which cannot keep a reply to a JSON schema",
                "leave out the schema");
  const auto call = legacy_call(*dialect_, request);
  KAITO_TRY(const auto answer, transport_->send(post(call.path, call.body), limits));
  if (answer.head.status != 200) return fail(error_of_answer(asking, answer.head, answer.body));
  Reply reply;
  KAITO_TRY(reply.text, legacy_reply(*dialect_, answer.body, call));
  if (sink.text && !reply.text.empty()) sink.text(reply.text);
  return reply;
}

}  // namespace kaito::chat
