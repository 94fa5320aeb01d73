#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {

struct OpenapiDocument {
  std::string media_type;
  std::string body;
};

/// The OpenAPI documents that kubectl asks for before it writes and to explain fields: /openapi/v2
/// (as JSON, or as the protobuf that kubectl wants, by `accept`), /openapi/v3 and one per group
/// version. They say what writes take, and which fields the kinds of CRDs have; nothing about the
/// fields of built-in kinds. Nothing for other paths.
[[nodiscard]] std::optional<OpenapiDocument> openapi_document(const Registry& registry,
                                                              std::string_view path,
                                                              std::string_view accept);

}  // namespace kaito::sandbox
