#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kaito/api/workspace.hpp"

namespace kaito::api {

enum class FieldType : std::uint8_t {
  string,
  integer,
  boolean,
  strings,     ///< list of strings
  string_map,  ///< object whose values are strings
  object,
  objects,  ///< list of objects
  opaque,   ///< rides along as it is: any members
};

/// A field that decoding knows. `path` has "[]" where a list item goes:
/// "inference.adapters[].source.name".
struct Field {
  std::string path;
  FieldType type = FieldType::opaque;
  bool required = false;  ///< by the schema, where its parent is given
  bool operator==(const Field&) const = default;
};

/// Every field of the kind in that version, parents before their members, in the order in which
/// encoding writes them.
[[nodiscard]] std::vector<Field> workspace_fields(ApiVersion version);
[[nodiscard]] std::vector<Field> inference_set_fields(ApiVersion version);

}  // namespace kaito::api
