#include "kaito/base/error.hpp"

#include <utility>

namespace kaito {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::parse:
      return "parse";
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::failed:
      return "failed";
    case ErrorCode::terminal:
      return "terminal";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::expired:
      return "expired";
    case ErrorCode::unreachable:
      return "unreachable";
    case ErrorCode::not_served:
      return "not_served";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::interrupted:
      return "interrupted";
    case ErrorCode::protocol:
      return "protocol";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

Error Error::in(std::string frame) && {
  context.push_back(std::move(frame));
  return std::move(*this);
}

Error Error::hinted(std::string text) && {
  if (hint.empty()) hint = std::move(text);
  return std::move(*this);
}

std::string Error::describe() const {
  std::string text;
  for (auto frame = context.rbegin(); frame != context.rend(); ++frame) {
    text += *frame;
    text += ": ";
  }
  return text + message;
}

}  // namespace kaito
