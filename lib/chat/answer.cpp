#include "chat/answer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/chat/chat.hpp"
#include "kaito/json/json.hpp"

namespace kaito::chat {

using json::string_at;

namespace {

constexpr std::size_t max_error_text = 1000;
constexpr std::string_view loading_hint =
    "the model is still loading, or its pod is not running; kaitoctl status shows how far it is";

/// What the API server says when nobody listens behind its proxy; 500 on very old ones.
constexpr std::string_view nobody_listens = "error trying to reach service";

ErrorCode code_of_status(int code, std::string_view message) {
  switch (code) {
    case 401:
      return ErrorCode::unauthenticated;
    case 403:
      return ErrorCode::forbidden;
    case 404:
      return ErrorCode::not_found;
    case 429:
    case 502:
    case 503:
    case 504:
      return ErrorCode::unavailable;
    default:
      return message.starts_with(nobody_listens) ? ErrorCode::unavailable : ErrorCode::failed;
  }
}

std::string_view hint_of_status(int code, ErrorCode meaning) {
  if (meaning == ErrorCode::unauthenticated)
    return "the credentials of this context are missing, wrong or expired";
  if (meaning == ErrorCode::forbidden)
    return "talking to a model needs the verbs get and create on services/proxy (kubectl auth "
           "can-i create services/proxy), or on pods/portforward";
  if (code == 429) return "the API server is at its limit; try again in a moment";
  return meaning == ErrorCode::unavailable ? loading_hint : std::string_view();
}

Error error_of_status(std::string_view doing, const net::HttpHead& head,
                      const json::Value& status) {
  const auto message = string_at(status, {"message"});
  auto code = static_cast<int>(json::int_at(status, {"code"}));
  if (code == 0) code = head.status;
  Error error;
  error.code = code_of_status(code, message);
  error.message = std::string(doing) + ": " +
                  (message.empty() ? "the API server answered " + std::to_string(code)
                                   : shorten(message, max_error_text));
  error.hint = hint_of_status(code, error.code);
  return error;
}

bool is_json_object(std::string_view body) {
  const auto value = json::parse(body);
  return value && value->is_object();
}

bool has_detail(std::string_view body) {
  const auto value = json::parse(body);
  return value && json::find(*value, {"detail"}) != nullptr;
}

ErrorCode code_of_model_server(int status, std::string_view body) {
  // A path that it does not have, or a reply that came out empty: not a model of another name.
  if (status == 404) return has_detail(body) ? ErrorCode::failed : ErrorCode::not_found;
  return status == 429 || status >= 502 ? ErrorCode::unavailable : ErrorCode::failed;
}

/// The message of one item of FastAPI's `detail` list.
std::string detail_text(const json::Value& detail) {
  if (detail.is_string()) return std::string(detail.get_string());
  if (!detail.is_array()) return {};
  std::string text;
  for (const auto& item : detail.get_array()) {
    const auto message = string_at(item, {"msg"});
    if (message.empty()) continue;
    if (!text.empty()) text += "; ";
    text += message;
    if (const auto* place = json::find(item, {"loc"});
        place != nullptr && place->is_array() && !place->get_array().empty()) {
      const auto& last = place->get_array().back();
      if (last.is_string()) text.append(" (").append(last.get_string()).append(")");
    }
  }
  return text;
}

}  // namespace

std::string server_error_text(std::string_view body) {
  const auto value = json::parse(body);
  std::string text;
  if (value && value->is_object()) {
    text = string_at(*value, {"error", "message"});
    if (text.empty()) text = string_at(*value, {"error"});
    if (text.empty()) text = string_at(*value, {"message"});
    if (const auto* detail = json::find(*value, {"detail"}); text.empty() && detail != nullptr)
      text = detail_text(*detail);
  }
  if (text.empty()) text = trim(body);
  return shorten(text, max_error_text);
}

bool is_kubernetes_status(std::string_view body) {
  const auto value = json::parse(body);
  return value && string_at(*value, {"kind"}) == "Status";
}

bool is_loading(const net::HttpHead& head, std::string_view body) {
  // A model server's own 501 is JSON.
  if (head.status == 501) return !is_json_object(body);
  return head.status == 404 && trim(body).empty();
}

Error error_of_answer(std::string_view doing, const net::HttpHead& head, std::string_view body) {
  if (const auto value = json::parse(body); value && string_at(*value, {"kind"}) == "Status")
    return error_of_status(doing, head, *value);
  Error error;
  error.message = std::string(doing) + ": ";
  if (is_loading(head, body)) {
    error.code = ErrorCode::unavailable;
    error.message += "the model server does not serve yet";
    error.hint = loading_hint;
    return error;
  }
  error.code = code_of_model_server(head.status, body);
  if (head.content_type() == "text/html") {
    error.message += "something on the way answered " + std::to_string(head.status) +
                     " with an HTML page, as a proxy or load balancer does";
    return error;
  }
  const std::string text = server_error_text(body);
  error.message += "the model server answered " + std::to_string(head.status);
  if (!text.empty()) error.message += ": " + text;
  if (head.status == 401)
    error.hint =
        "this model server wants an API key of its own, which the API server's proxy does not pass "
        "on";
  if (head.status == 429) error.hint = "the server is at its limit; try again in a moment";
  if (head.status >= 502) error.hint = loading_hint;
  if (head.status < 500) {
    auto answered = std::make_shared<ServerAnswer>();
    answered->status = head.status;
    error.payload = std::move(answered);
  }
  return error;
}

Result<std::string> read_all(net::BodyStream& stream, std::size_t bytes, const CallLimits& limits) {
  std::string body;
  for (;;) {
    KAITO_TRY(const auto piece, stream.read(limits));
    if (piece.empty()) return body;
    if (body.size() + piece.size() > bytes)
      return fail(ErrorCode::protocol, "the model server's answer is larger than " +
                                           std::to_string(bytes >> 20) + " MiB");
    body += piece;
  }
}

}  // namespace kaito::chat
