#pragma once

#include <cstdint>

#include "kaito/base/error.hpp"

namespace kaito::net {

/// How far a request got that no answer came back for: whether it is safe, and of any use, to send
/// it again.
enum class Stage : std::uint8_t {
  connect,    ///< no connection (name, refused, timeout, proxy): nothing was sent; may pass
  handshake,  ///< TLS or the proxy's credentials refused: nothing was sent; will not pass by itself
  exchange,   ///< on the connection: the server may have acted on the request
};

/// Attached to `unreachable` errors of a Transport where the stage is known.
class Failure final : public ErrorPayload {
 public:
  explicit Failure(Stage stage) : stage_(stage) {}
  [[nodiscard]] Stage stage() const { return stage_; }

 private:
  Stage stage_;
};

/// The stage behind the error; `exchange`, the careful answer, where nothing is known.
[[nodiscard]] inline Stage stage_of(const Error& error) {
  const auto* failure = dynamic_cast<const Failure*>(error.payload.get());
  return failure == nullptr ? Stage::exchange : failure->stage();
}

}  // namespace kaito::net
