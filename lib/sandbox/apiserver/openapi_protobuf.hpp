#pragma once

#include <string>

#include "kaito/json/value.hpp"

namespace kaito::sandbox {

/// A Swagger 2.0 document as the protobuf message openapi.v2.Document, which is the only form that
/// kubectl reads: of paths the operations with their query parameters, of definitions what
/// openapi.cpp writes. Source of the field numbers: google/gnostic openapiv2/OpenAPIv2.proto.
[[nodiscard]] std::string openapi_protobuf(const json::Value& document);

}  // namespace kaito::sandbox
