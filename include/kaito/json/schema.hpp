#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/field_path.hpp"
#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::json {

/// One way in which a value breaks a schema.
struct SchemaViolation {
  FieldPath path;       ///< of the offending value; of the object, for a missing member
  std::string message;  ///< "must be one of "azure", "aws", "arc""
};

/// Checks a value against a JSON schema, all violations in the order of the value. Understands
/// `type` (one or several), `properties`, `required`, `additionalProperties` (false or a schema),
/// `items`, `minItems`, `enum`, `pattern`, `minimum`, and `$ref` to `#/$defs/NAME`; `$schema`,
/// `$defs`, `title` and `description` are passed over. Errors: invalid, when the schema has any
/// other keyword (it would be silently without effect), a dangling `$ref` or a bad pattern. Source:
/// JSON Schema 2020-12, core 8.2 and validation 6.
[[nodiscard]] Result<std::vector<SchemaViolation>> check_schema(const Value& value,
                                                                const Value& schema);

/// The one document of a YAML text, checked. Errors: parse, as load_yaml or when there is not
/// exactly one document; invalid, one line "FILE:LINE:COLUMN: PATH: what" per violation.
[[nodiscard]] Result<YamlDocument> load_checked_yaml(std::string_view text, std::string file,
                                                     const Value& schema);

}  // namespace kaito::json
