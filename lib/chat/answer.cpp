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

ErrorCode code_of_status(int code) {
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
      return code >= 500 ? ErrorCode::unavailable : ErrorCode::failed;
  }
}

Error error_of_status(std::string_view doing, const json::Value& status) {
  Error error;
  const auto code = static_cast<int>(json::int_at(status, {"code"}));
  error.code = code_of_status(code);
  error.message =
      std::string(doing) + ": " + shorten(string_at(status, {"message"}), max_error_text);
  if (error.code == ErrorCode::unavailable) error.hint = loading_hint;
  if (error.code == ErrorCode::forbidden)
    error.hint =
        "talking to a model needs the verbs get and create on services/proxy (kubectl auth can-i "
        "create services/proxy)";
  return error;
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
  if (head.status == 501) return true;
  if (head.status == 404) return trim(body).empty();
  // "error trying to reach service": 503, 500 on old servers.
  return (head.status == 503 || head.status == 500) && is_kubernetes_status(body);
}

Error error_of_answer(std::string_view doing, const net::HttpHead& head, std::string_view body) {
  if (const auto value = json::parse(body); value && string_at(*value, {"kind"}) == "Status")
    return error_of_status(doing, *value);
  Error error;
  error.message = std::string(doing) + ": ";
  if (is_loading(head, body)) {
    error.code = ErrorCode::unavailable;
    error.message += "the model server does not serve yet";
    error.hint = loading_hint;
    return error;
  }
  error.code = head.status == 404                         ? ErrorCode::not_found
               : head.status == 429 || head.status >= 502 ? ErrorCode::unavailable
                                                          : ErrorCode::failed;
  const std::string text = server_error_text(body);
  error.message += "the model server answered " + std::to_string(head.status);
  if (!text.empty()) error.message += ": " + text;
  if (head.status == 401)
    error.hint =
        "this model server wants an API key of its own, which the API server's proxy does not pass "
        "on";
  if (head.status == 429) error.hint = "the server is at its limit; try again in a moment";
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
