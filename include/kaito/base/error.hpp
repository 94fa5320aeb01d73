#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kaito {

/// What kind of failure this is: the closed list that callers branch on and that the command line
/// maps to exit codes (one table, tools/kaitoctl/exit_codes.hpp).
enum class ErrorCode : std::uint8_t {
  usage,            ///< the caller asked for something that makes no sense
  parse,            ///< an input (file, stdin, kubeconfig) cannot be read or parsed
  invalid,          ///< input understood and refused (findings, 400, 422)
  failed,           ///< the operation failed; nothing more specific is known
  terminal,         ///< waiting is pointless: retrying cannot help
  unauthenticated,  ///< no or bad credentials (401, exec plugin failed)
  forbidden,        ///< authenticated, not allowed (403)
  not_found,        ///< the named object does not exist (404 with a Status)
  already_exists,   ///< create of a name that is taken (409 AlreadyExists)
  conflict,         ///< stale resourceVersion or a field owned by another manager (409)
  expired,          ///< resourceVersion or continue token too old (410): list again
  unreachable,      ///< no connection: DNS, refused, TLS, proxy, reset before an answer
  not_served,       ///< the server does not serve this API (404 without a Status): CRD missing
  unavailable,      ///< 429, 502, 503, 504: the server or a backend cannot answer now
  timeout,          ///< the caller's deadline passed
  interrupted,      ///< the caller's stop token was triggered
  protocol,         ///< the peer sent something that is not what the protocol says
  internal,         ///< a bug of ours
};

/// The code's name as it appears in -o json reports and logs ("not_found").
[[nodiscard]] std::string_view to_string(ErrorCode code);

/// Data a layer attaches to an error for callers that know the layer (the API server's Status).
class ErrorPayload {
 public:
  virtual ~ErrorPayload() = default;

 protected:
  ErrorPayload() = default;
  ErrorPayload(const ErrorPayload&) = default;
  ErrorPayload& operator=(const ErrorPayload&) = default;
};

/// A failure as a value. `message` says what was being done with which object and why it failed,
/// for people, one line unless the server's own text has more; `hint` says what to do next.
/// `context` is filled on the way up, innermost first.
struct Error {
  ErrorCode code = ErrorCode::failed;
  std::string message;
  std::vector<std::string> context;
  std::string hint;
  std::shared_ptr<const ErrorPayload> payload;

  /// Adds an outer frame ("reading workspace.yaml") and gives the error back, for `return
  /// fail(...)`.
  [[nodiscard]] Error in(std::string frame) &&;
  /// Sets the hint unless an inner layer knew a better one.
  [[nodiscard]] Error hinted(std::string text) &&;
  /// "outermost: ...: innermost: message", without the hint.
  [[nodiscard]] std::string describe() const;
};

}  // namespace kaito
