#include "net/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kaito/net/failure.hpp"

namespace kaito::net {
namespace {

constexpr int most_interim_answers = 20;

/// A TLS alert or handshake record, which is what a TLS server answers plain HTTP with.
bool looks_like_tls(std::string_view bytes) {
  return bytes.size() >= 2 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 0x03;
}

/// A stream some of whose bytes were read already.
class UpgradedStream final : public ByteStream {
 public:
  UpgradedStream(std::unique_ptr<ByteStream> lower, std::string early)
      : lower_(std::move(lower)), early_(std::move(early)) {}

  Result<std::size_t> read_some(std::span<char> into, const CallLimits& limits) override {
    if (early_.empty()) return lower_->read_some(into, limits);
    const std::size_t size = std::min(into.size(), early_.size());
    std::copy_n(early_.begin(), size, into.begin());
    early_.erase(0, size);
    return size;
  }
  Result<void> write(std::string_view bytes, const CallLimits& limits) override {
    return lower_->write(bytes, limits);
  }
  [[nodiscard]] bool peer_closed() const override { return lower_->peer_closed(); }
  [[nodiscard]] bool quiet() const override { return early_.empty() && lower_->quiet(); }
  void finish_writing() noexcept override { lower_->finish_writing(); }
  [[nodiscard]] std::uint64_t bytes_sent() const override { return lower_->bytes_sent(); }

 private:
  std::unique_ptr<ByteStream> lower_;
  std::string early_;
};

}  // namespace

Error speaks_tls(const std::string& server) {
  return Error{ErrorCode::unreachable,
               fmt::format("{} speaks TLS, not plain HTTP", server),
               {},
               "the server's URL should begin with https://",
               std::make_shared<const Failure>(Stage::handshake)};
}

Connection::Connection(std::unique_ptr<ByteStream> stream, std::string server)
    : stream_(std::move(stream)), reader_(*stream_), server_(std::move(server)) {}

tl::unexpected<Error> Connection::explained(Error error) const {
  const bool in_body = answer_ && answer_->head_done();
  const bool ended = error.code == ErrorCode::unreachable || error.code == ErrorCode::protocol;
  if (ended && answer_ && !in_body && looks_like_tls(reader_.left_over())) {
    return fail(speaks_tls(server_));
  }
  if (error.code == ErrorCode::timeout) {
    error.message = fmt::format("timed out waiting for {} of {}",
                                in_body ? "the rest of the answer" : "the answer", server_);
  } else if (error.code == ErrorCode::unreachable && in_body) {
    error.message = fmt::format("the answer of {} is truncated after {} bytes of its body: {}",
                                server_, body_read_, error.message);
  } else if (error.code == ErrorCode::unreachable) {
    error.message = fmt::format("{} gave no answer: {}", server_, error.message);
  } else if (error.code == ErrorCode::protocol && answer_ &&
             answer_->refusal() == Refusal::body_too_large) {
    error.message = fmt::format("the answer of {} is larger than allowed", server_);
  } else if (error.code == ErrorCode::protocol) {
    error.message = fmt::format("the answer of {} is not proper HTTP: {}", server_, error.message);
  }
  return fail(std::move(error));
}

Result<void> Connection::exchange(std::string_view message, ParserOptions answer,
                                  const CallLimits& limits) {
  sent_before_ = stream_->bytes_sent();
  answer_started_ = false;
  answer_.reset();
  body_read_ = 0;
  auto sent = stream_->write(message, limits);
  if (!sent && sent.error().code != ErrorCode::unreachable) {
    return explained(std::move(sent).error());
  }
  // A server that refuses a body may answer and close before it has read all: its answer counts.
  send_failed_ = !sent;
  auto read = read_head(answer, limits);
  if (!read && !sent) return explained(std::move(sent).error());
  return read;
}

Result<void> Connection::read_head(ParserOptions options, const CallLimits& limits) {
  for (int interim = 0; interim <= most_interim_answers; ++interim) {
    KAITO_CHECK(read_one_head(options, limits));
    const int status = answer_->start_line().status;
    if (status < 100 || status > 199 || status == 101) return {};
  }
  return explained(Error{ErrorCode::protocol, "it never comes to the final one", {}, {}, nullptr});
}

Result<void> Connection::read_one_head(const ParserOptions& options, const CallLimits& limits) {
  answer_.emplace(options);
  while (!answer_->head_done()) {
    auto read = reader_.advance(*answer_, limits);
    if (answer_->started() || reader_.has_left_over()) answer_started_ = true;
    if (!read) return explained(std::move(read).error());
  }
  body_read_ = answer_->body_size();
  return {};
}

Result<void> Connection::read_body(const CallLimits& limits) {
  if (answer_->done()) return {};
  const std::size_t before = answer_->body_size();
  auto read = reader_.advance(*answer_, limits);
  if (!read) return explained(std::move(read).error());
  body_read_ += answer_->body_size() - before;
  return {};
}

std::unique_ptr<ByteStream> Connection::release() {
  return std::make_unique<UpgradedStream>(std::move(stream_), std::string(reader_.left_over()));
}

bool Connection::reusable() const {
  return !send_failed_ && answer_ && answer_->done() && answer_->keep_alive() &&
         !reader_.at_end() && !reader_.has_left_over();
}

}  // namespace kaito::net
