#include "net/http_wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "kaito/base/text.hpp"
#include "net/http_parser.hpp"

namespace kaito::net {
namespace {

bool is_token(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

bool is_target(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
  });
}

/// Adds the fields that the message's own framing does not already decide.
bool append_fields(std::string& out, const Headers& headers,
                   std::initializer_list<std::string_view> left_out) {
  for (const auto& [name, value] : headers.all()) {
    if (!is_token(name) || !is_field_value(value)) return false;
    const bool skip = std::any_of(left_out.begin(), left_out.end(), [&name = name](auto other) {
      return equals_ignoring_case(name, other);
    });
    if (skip) continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  return true;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_secret(std::string_view parameter) {
  const std::string name = to_lower(parameter);
  constexpr std::array<std::string_view, 6> words = {"token",   "secret", "password",
                                                     "api_key", "apikey", "signature"};
  return name == "key" || name == "sig" || name == "code" ||
         std::any_of(words.begin(), words.end(),
                     [&](auto word) { return name.find(word) != std::string::npos; });
}

}  // namespace

Result<std::string> write_head(const RequestHead& head, const Headers& headers) {
  if (!is_token(head.method)) {
    return fail(ErrorCode::invalid, "the HTTP method has a character that is not allowed");
  }
  if (!is_target(head.target)) {
    return fail(ErrorCode::invalid,
                "the request's path has a blank or control character that is not encoded");
  }
  std::string out =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", head.method, head.target, head.host);
  if (!head.user_agent.empty() && !headers.has("User-Agent")) {
    out += fmt::format("User-Agent: {}\r\n", head.user_agent);
  }
  if (!head.proxy_authorization.empty()) {
    out += fmt::format("Proxy-Authorization: {}\r\n", head.proxy_authorization);
  }
  if (!is_field_value(head.user_agent) || !is_field_value(head.proxy_authorization) ||
      !append_fields(
          out, headers,
          {"Host", "Content-Length", "Connection", "Transfer-Encoding", "Proxy-Authorization"})) {
    return fail(ErrorCode::invalid,
                "a request header has a line break or another control character",
                "tokens and header values must be one line");
  }
  if (head.upgrade) out += "Connection: Upgrade\r\n";
  if (head.content_length) out += fmt::format("Content-Length: {}\r\n", *head.content_length);
  out += "\r\n";
  return out;
}

Result<std::string> write_head(const ResponseHead& head, const Headers& headers) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", head.status, reason_phrase(head.status));
  if (!append_fields(out, headers, {"Content-Length", "Connection", "Transfer-Encoding"})) {
    return fail(ErrorCode::internal, "a response header has a control character");
  }
  if (head.framing == BodyFraming::length) {
    out += fmt::format("Content-Length: {}\r\n", head.length);
  } else if (head.framing == BodyFraming::chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  if (head.close) out += "Connection: close\r\n";
  if (head.status == 101) out += "Connection: Upgrade\r\n";
  out += "\r\n";
  return out;
}

std::string chunk(std::string_view piece) {
  std::string out = fmt::format("{:x}\r\n", piece.size());
  out.reserve(out.size() + piece.size() + 2);
  out += piece;
  out += "\r\n";
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string without_secrets(std::string_view url) {
  const std::size_t query = url.find('?');
  std::string out(url.substr(0, query));
  if (query == std::string_view::npos) return out;
  char separator = '?';
  for (const std::string_view parameter : split(url.substr(query + 1), '&')) {
    out += separator;
    separator = '&';
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && is_secret(parameter.substr(0, equals))) {
      out += parameter.substr(0, equals + 1);
      out += "...";
    } else {
      out += parameter;
    }
  }
  return out;
}

}  // namespace kaito::net
