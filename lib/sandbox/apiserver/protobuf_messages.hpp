#pragma once

#include <optional>
#include <string_view>

namespace kaito::sandbox {

/// What a field holds.
enum class ProtobufKind : unsigned char {
  text,
  bytes,  ///< base64 in JSON
  number,
  boolean,
  time,
  micro_time,
  text_map,
  bytes_map,
  message,
};

struct ProtobufField {
  std::string_view name;
  ProtobufKind kind = ProtobufKind::text;
  std::string_view message;  ///< the name of its message, of that kind
  bool repeated = false;
  /// A Go pointer: what is there means what it says. Go writes other fields always, and JSON leaves
  /// their zero out.
  bool optional = false;
};

/// Whether a message of this name is known.
[[nodiscard]] bool has_protobuf_message(std::string_view message);
/// Nothing for a number that the message does not have, or that nobody here needs.
[[nodiscard]] std::optional<ProtobufField> protobuf_field(std::string_view message,
                                                          unsigned number);

}  // namespace kaito::sandbox
