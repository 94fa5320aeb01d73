#include "kube/redact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::kube {
namespace {

constexpr std::string_view redacted = "<redacted>";

constexpr std::array harmless_headers{std::string_view("accept"),
                                      std::string_view("accept-encoding"),
                                      std::string_view("audit-id"),
                                      std::string_view("cache-control"),
                                      std::string_view("connection"),
                                      std::string_view("content-encoding"),
                                      std::string_view("content-length"),
                                      std::string_view("content-type"),
                                      std::string_view("date"),
                                      std::string_view("host"),
                                      std::string_view("impersonate-uid"),
                                      std::string_view("impersonate-user"),
                                      std::string_view("retry-after"),
                                      std::string_view("server"),
                                      std::string_view("impersonate-group"),
                                      std::string_view("transfer-encoding"),
                                      std::string_view("user-agent"),
                                      std::string_view("vary"),
                                      std::string_view("warning"),
                                      std::string_view("x-kubernetes-pf-flowschema-uid"),
                                      std::string_view("x-kubernetes-pf-prioritylevel-uid")};

/// Members whose value is a credential wherever they stand (small letters, without "-" and "_").
constexpr std::array secret_members{
    std::string_view("token"),        std::string_view("password"),
    std::string_view("passwd"),       std::string_view("accesstoken"),
    std::string_view("refreshtoken"), std::string_view("idtoken"),
    std::string_view("bearertoken"),  std::string_view("clientkeydata"),
    std::string_view("privatekey"),   std::string_view("apikey"),
    std::string_view("secretkey"),    std::string_view("secretaccesskey"),
    std::string_view("clientsecret"), std::string_view("authorization")};

constexpr std::array secret_words{
    std::string_view("token"),   std::string_view("secret"),     std::string_view("password"),
    std::string_view("passwd"),  std::string_view("apikey"),     std::string_view("accesskey"),
    std::string_view("authkey"), std::string_view("credential"), std::string_view("privatekey")};

std::string plain(std::string_view name) {
  std::string out;
  for (const char c : to_lower(name))
    if (c != '-' && c != '_') out += c;
  return out;
}

bool is_secret_member(std::string_view name) {
  return std::find(secret_members.begin(), secret_members.end(), plain(name)) !=
         secret_members.end();
}

bool is_secret_variable(std::string_view name) {
  const auto text = plain(name);
  return std::any_of(secret_words.begin(), secret_words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

void hide_values(json::Object& object, std::string_view member) {
  auto* found = object.if_contains(member);
  if (found == nullptr || found->is_null()) return;
  if (auto* map = found->if_object()) {
    for (auto& entry : *map)
      entry.value() = redacted;
  } else {
    *found = redacted;
  }
}

void hide_secret_object(json::Object& object) {
  hide_values(object, "data");
  hide_values(object, "stringData");
  // kubectl apply keeps the whole Secret in an annotation.
  if (auto* meta = object.if_contains("metadata"); meta != nullptr && meta->is_object())
    hide_values(meta->get_object(), "annotations");
}

/// `secret`: the value is a Secret whose kind is told by the list around it.
void hide(json::Value& value, bool secret) {
  if (auto* list = value.if_array()) {
    for (auto& item : *list)
      hide(item, secret);
    return;
  }
  auto* object = value.if_object();
  if (object == nullptr) return;
  const auto kind = json::string_at(value, {"kind"});
  if (secret || kind == "Secret") hide_secret_object(*object);
  if (is_secret_variable(json::string_at(value, {"name"}))) hide_values(*object, "value");
  for (auto& member : *object) {
    const bool scalar = !member.value().is_structured();
    if (scalar && is_secret_member(member.key()) && !member.value().is_null())
      member.value() = redacted;
    else
      hide(member.value(), member.key() == "items" && kind == "SecretList");
  }
}

}  // namespace

std::string loggable_header(std::string_view name, std::string_view value) {
  const bool harmless = std::find(harmless_headers.begin(), harmless_headers.end(),
                                  to_lower(name)) != harmless_headers.end();
  return harmless ? escape_controls(value) : std::string(redacted);
}

std::string loggable_body(std::string_view body, std::size_t limit) {
  const auto text = trim(body);
  if (text.empty()) return "(empty)";
  std::string shown;
  if (text.front() == '{' || text.front() == '[') {
    auto value = json::parse(text);
    if (!value) return fmt::format("({} bytes that are not valid JSON)", body.size());
    hide(*value, false);
    shown = json::write(*value);
  } else {
    for (const char c : escape_controls(text))
      shown += c == '\n' ? ' ' : c;
  }
  if (limit == 0 || shown.size() <= limit) return shown;
  return fmt::format("{} ({} bytes in all)", shorten(shown, limit), body.size());
}

}  // namespace kaito::kube
