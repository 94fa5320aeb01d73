#pragma once

#include <stop_token>

#include "kaito/net/byte_stream.hpp"
#include "kaito/net/server.hpp"

namespace kaito::net {

/// Writes one answer to a stream.
class StreamResponder final : public Responder {
 public:
  struct Exchange {
    bool answers_head = false;          ///< no body goes out
    bool http_1_0 = false;              ///< no chunks: the close ends the body
    bool early_bytes = false;           ///< something came behind the request already
    bool close = false;                 ///< the connection ends after this answer
    std::chrono::seconds patience{90};  ///< with a peer that does not read
  };
  StreamResponder(ByteStream& stream, Exchange exchange, std::stop_token stop)
      : stream_(stream), exchange_(exchange), stop_(std::move(stop)) {}

  [[nodiscard]] Result<void> respond(int status, const Headers& headers,
                                     std::string_view body) override;
  [[nodiscard]] Result<void> begin(int status, const Headers& headers) override;
  [[nodiscard]] Result<void> write(std::string_view piece) override;
  [[nodiscard]] Result<ByteStream*> upgrade(const Headers& headers) override;
  [[nodiscard]] bool gone() override;

  /// The end of a body that begin() began. Errors: as of write.
  [[nodiscard]] Result<void> finish();
  [[nodiscard]] bool answered() const { return state_ != State::waiting; }
  /// Another request may follow.
  [[nodiscard]] bool keeps_connection() const { return state_ == State::done && !exchange_.close; }

 private:
  enum class State : std::uint8_t { waiting, streaming, done, broken };
  Result<void> send(std::string_view bytes);
  void note_close(const Headers& headers);

  ByteStream& stream_;
  Exchange exchange_;
  std::stop_token stop_;
  State state_ = State::waiting;
  bool bodiless_ = false;
};

}  // namespace kaito::net
