#pragma once

#include <string_view>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"

namespace kaito::sandbox {

constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";

/// A body as Go clients send built-in kinds, as the JSON that means the same. Errors: as
/// UnsupportedMediaType, of a kind whose fields are not known here (what has a pod in it);
/// BadRequest. Source: apimachinery runtime/serializer/protobuf, each kind's generated.proto.
[[nodiscard]] Result<json::Value> read_protobuf(std::string_view body);

}  // namespace kaito::sandbox
