#include "exit_codes.hpp"

namespace kaitoctl {

int exit_code(kaito::ErrorCode code) {
  using kaito::ErrorCode;
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::parse:
      return exit_usage;
    case ErrorCode::terminal:
      return exit_terminal;
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
      return exit_auth;
    case ErrorCode::not_found:
      return exit_not_found;
    case ErrorCode::unreachable:
    case ErrorCode::not_served:
      return exit_unreachable;
    case ErrorCode::timeout:
      return exit_timeout;
    case ErrorCode::interrupted:
      return exit_interrupted;
    case ErrorCode::invalid:
    case ErrorCode::failed:
    case ErrorCode::already_exists:
    case ErrorCode::conflict:
    case ErrorCode::expired:
    case ErrorCode::unavailable:
    case ErrorCode::protocol:
    case ErrorCode::internal:
      return exit_failed;
  }
  return exit_failed;
}

}  // namespace kaitoctl
