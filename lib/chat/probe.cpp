#include "chat/probe.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "chat/answer.hpp"
#include "kaito/json/json.hpp"

namespace kaito::chat {

namespace {

constexpr std::string_view asking = "asking the model server what it speaks";

Result<net::HttpResponse> get(net::Transport& transport, const char* path,
                              const CallLimits& limits) {
  net::HttpRequest request;
  request.target = path;
  request.headers.add("Accept", "application/json");
  return transport.send(request, limits);
}

/// The models of GET /v1/models; nothing when the answer is not such a list.
std::optional<Probed> read_models(const net::HttpResponse& answer) {
  if (answer.head.status != 200) return std::nullopt;
  const auto value = json::parse(answer.body);
  if (!value) return std::nullopt;
  const auto* data = json::find(*value, {"data"});
  if (data == nullptr || !data->is_array()) return std::nullopt;
  Probed probed;
  for (const auto& entry : data->get_array()) {
    ServedModel model;
    model.id = json::string_at(entry, {"id"});
    model.parent = json::string_at(entry, {"parent"});
    if (const auto length = json::int_at(entry, {"max_model_len"}); length > 0)
      model.max_model_len = length;
    probed.vllm = probed.vllm || json::string_at(entry, {"owned_by"}) == "vllm";
    if (!model.id.empty()) probed.models.push_back(std::move(model));
  }
  return probed;
}

/// The dialect that /openapi.json describes; nothing when it names no chat endpoint.
std::optional<Dialect> read_openapi(const net::HttpResponse& answer) {
  if (answer.head.status != 200) return std::nullopt;
  const auto value = json::parse(answer.body);
  if (!value) return std::nullopt;
  const auto* paths = json::find(*value, {"paths"});
  if (paths == nullptr || !paths->is_object()) return std::nullopt;
  if (paths->get_object().contains("/generate")) return Dialect::llama_completion;
  if (!paths->get_object().contains("/chat")) return std::nullopt;
  // The request schemas are told apart by one property each.
  const auto* schemas = json::find(*value, {"components", "schemas"});
  if (schemas == nullptr || !schemas->is_object()) return Dialect::text_generation;
  for (const auto& schema : schemas->get_object()) {
    const auto* properties = json::find(schema.value(), {"properties"});
    if (properties == nullptr || !properties->is_object()) continue;
    if (properties->get_object().contains("input_data")) return Dialect::llama_chat;
    if (properties->get_object().contains("generate_kwargs")) return Dialect::text_generation;
  }
  return Dialect::falcon;
}

bool is_running_message(const net::HttpResponse& answer) {
  if (answer.head.status != 200) return false;
  const auto value = json::parse(answer.body);
  return value &&
         (value->is_array() || json::string_at(*value, {"message"}) == "Server is running");
}

}  // namespace

Result<Probed> probe(net::Transport& transport, const CallLimits& limits) {
  KAITO_TRY(const auto models, get(transport, "/v1/models", limits));
  if (auto probed = read_models(models)) return std::move(*probed);
  // Only "no such path" of a model server speaks for an older one; anything else is the answer.
  const bool no_such_path = models.head.status == 404 && !is_loading(models.head, models.body) &&
                            !is_kubernetes_status(models.body);
  if (!no_such_path) {
    if (models.head.status == 200)
      return fail(ErrorCode::protocol,
                  std::string(asking) + ": GET /v1/models gave no list of models");
    return fail(error_of_answer(asking, models.head, models.body));
  }
  KAITO_TRY(const auto description, get(transport, "/openapi.json", limits));
  if (const auto dialect = read_openapi(description)) return Probed{*dialect, false, {}};
  KAITO_TRY(const auto root, get(transport, "/", limits));
  if (is_running_message(root)) return Probed{Dialect::text_generation, false, {}};
  // It went away meanwhile, or is not up yet after all.
  for (const auto* answer : {&description, &root}) {
    const int status = answer->head.status;
    if (status >= 500 || is_loading(answer->head, answer->body) ||
        is_kubernetes_status(answer->body))
      return fail(error_of_answer(asking, answer->head, answer->body));
  }
  return fail(ErrorCode::not_served,
              std::string(asking) + ": it speaks neither OpenAI's API nor /chat",
              "is the Service's port 80 the model server of a workspace?");
}

}  // namespace kaito::chat
