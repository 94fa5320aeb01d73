#include "net/responder.hpp"

#include "kaito/base/text.hpp"
#include "net/http_wire.hpp"

namespace kaito::net {
namespace {

/// RFC 9110 6.4.1: these have no body whatever the handler gives.
bool has_no_body(int status) {
  return status == 204 || status == 304 || status < 200;
}

}  // namespace

Result<void> StreamResponder::send(std::string_view bytes) {
  auto sent = stream_.write(bytes, {Deadline::after(exchange_.patience), stop_});
  if (sent) return sent;
  state_ = State::broken;
  Error error = std::move(sent).error();
  if (error.code != ErrorCode::interrupted) {
    error.code = ErrorCode::unreachable;
    error.message = "the peer is gone: " + error.message;
  }
  return fail(std::move(error));
}

void StreamResponder::note_close(const Headers& headers) {
  if (equals_ignoring_case(headers.get("Connection"), "close")) exchange_.close = true;
}

Result<void> StreamResponder::respond(int status, const Headers& headers, std::string_view body) {
  if (state_ != State::waiting) return fail(ErrorCode::internal, "the request is already answered");
  note_close(headers);
  ResponseHead head;
  head.status = status;
  head.framing = has_no_body(status) ? BodyFraming::none : BodyFraming::length;
  head.length = body.size();
  head.close = exchange_.close;
  KAITO_TRY(std::string message, write_head(head, headers));
  if (!exchange_.answers_head && !has_no_body(status)) message += body;
  KAITO_CHECK(send(message));
  state_ = State::done;
  return {};
}

Result<ByteStream*> StreamResponder::upgrade(const Headers& headers) {
  if (state_ != State::waiting) return fail(ErrorCode::internal, "the request is already answered");
  // A client that speaks the new protocol before it was agreed on does not speak it.
  if (exchange_.early_bytes || exchange_.http_1_0) {
    return fail(ErrorCode::protocol, "the request cannot change the protocol");
  }
  ResponseHead head;
  head.status = 101;
  head.framing = BodyFraming::none;
  KAITO_TRY(const std::string message, write_head(head, headers));
  KAITO_CHECK(send(message));
  exchange_.close = true;
  state_ = State::done;
  return &stream_;
}

Result<void> StreamResponder::begin(int status, const Headers& headers) {
  if (state_ != State::waiting) return fail(ErrorCode::internal, "the request is already answered");
  note_close(headers);
  bodiless_ = exchange_.answers_head || has_no_body(status);
  ResponseHead head;
  head.status = status;
  head.framing = exchange_.http_1_0 ? BodyFraming::until_close : BodyFraming::chunked;
  if (has_no_body(status)) head.framing = BodyFraming::none;
  if (head.framing == BodyFraming::until_close) exchange_.close = true;
  head.close = exchange_.close;
  KAITO_TRY(const std::string message, write_head(head, headers));
  KAITO_CHECK(send(message));
  state_ = State::streaming;
  return {};
}

Result<void> StreamResponder::write(std::string_view piece) {
  if (state_ == State::broken) return fail(ErrorCode::unreachable, "the peer is gone");
  if (state_ != State::streaming) {
    return fail(ErrorCode::internal, "write() without begin()");
  }
  if (piece.empty() || bodiless_) return {};  // an empty chunk would end the body
  return exchange_.http_1_0 ? send(piece) : send(chunk(piece));
}

Result<void> StreamResponder::finish() {
  if (state_ != State::streaming) return {};
  if (!bodiless_ && !exchange_.http_1_0) KAITO_CHECK(send(last_chunk));
  state_ = State::done;
  return {};
}

bool StreamResponder::gone() {
  return state_ == State::broken || stop_.stop_requested() || stream_.peer_closed();
}

}  // namespace kaito::net
