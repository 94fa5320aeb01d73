#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"

namespace kaito::sandbox {

/// How an answer is to look, from the Accept header.
enum class AnswerForm : std::uint8_t { object, table, metadata, metadata_list };

/// The first form that can be served. Errors: failed as NotAcceptable.
[[nodiscard]] Result<AnswerForm> negotiate(std::string_view accept, bool for_list);

/// The media type alone, lower case.
[[nodiscard]] std::string media_type(std::string_view content_type);

/// The body of a create or update: JSON, YAML or protobuf. Errors: as UnsupportedMediaType or
/// BadRequest.
[[nodiscard]] Result<json::Value> read_body(std::string_view content_type, std::string_view body);
/// The same, whatever the content type: patches.
[[nodiscard]] Result<json::Value> read_json(std::string_view body);
[[nodiscard]] Result<json::Value> read_yaml(std::string_view body);

}  // namespace kaito::sandbox
