#pragma once

#include <string>
#include <string_view>

#include "kaito/base/error.hpp"
#include "kaito/net/http.hpp"

namespace kaito::chat {

/// The error that an answer other than 200 stands for: the API server's own (kind Status), a server
/// that is still loading, or the model server's (payload ServerAnswer below 500). `doing` starts
/// the message. Source: inference-server.md 3.4, 3.7, 4.5.
[[nodiscard]] Error error_of_answer(std::string_view doing, const net::HttpHead& head,
                                    std::string_view body);

/// Whether the helper answered that stands in for the model server while weights are downloaded.
[[nodiscard]] bool is_loading(const net::HttpHead& head, std::string_view body);

/// Whether the API server wrote the answer, not the model server.
[[nodiscard]] bool is_kubernetes_status(std::string_view body);

/// Reads a stream's body to its end, at most `bytes` of it.
[[nodiscard]] Result<std::string> read_all(net::BodyStream& stream, std::size_t bytes,
                                           const CallLimits& limits);

/// Bodies that are answers in one piece, and error texts.
inline constexpr std::size_t max_answer_bytes = std::size_t{32} << 20;

}  // namespace kaito::chat
