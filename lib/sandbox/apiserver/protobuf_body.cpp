#include "sandbox/apiserver/protobuf_body.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "kaito/base/text.hpp"
#include "kaito/base/time.hpp"
#include "sandbox/apiserver/api_error.hpp"
#include "sandbox/apiserver/protobuf_messages.hpp"

namespace kaito::sandbox {
namespace {

constexpr int kDeepest = 16;

[[nodiscard]] Error broken(std::string_view why) {
  return bad_request(fmt::format("the body of the request is not proper protobuf: {}", why));
}

/// One field as it is on the wire.
struct WireField {
  unsigned number = 0;
  std::uint64_t value = 0;  ///< of a number
  std::string_view bytes;   ///< of everything else
};

/// Takes a message apart, field by field.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  /// The next field; nothing at the end.
  [[nodiscard]] Result<std::optional<WireField>> next() {
    if (rest_.empty()) return std::nullopt;
    KAITO_TRY(const std::uint64_t tag, varint());
    WireField field;
    field.number = static_cast<unsigned>(tag >> 3U);
    switch (tag & 7U) {
      case 0: {
        KAITO_TRY(field.value, varint());
        return field;
      }
      case 1: {
        KAITO_TRY(field.bytes, take(8));
        return field;
      }
      case 2: {
        KAITO_TRY(const std::uint64_t size, varint());
        KAITO_TRY(field.bytes, take(size));
        return field;
      }
      case 5: {
        KAITO_TRY(field.bytes, take(4));
        return field;
      }
      default:
        return fail(broken("a field of an unknown type"));
    }
  }

 private:
  [[nodiscard]] Result<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return fail(broken("it ends too early"));
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80U) return value;
    }
    return fail(broken("a number is too long"));
  }

  [[nodiscard]] Result<std::string_view> take(std::uint64_t size) {
    if (size > rest_.size()) return fail(broken("it ends too early"));
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

[[nodiscard]] Result<json::Value> read_time(std::string_view bytes, bool micro) {
  WireReader reader(bytes);
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  for (;;) {
    KAITO_TRY(const auto field, reader.next());
    if (!field) break;
    if (field->number == 1) seconds = static_cast<std::int64_t>(field->value);
    if (field->number == 2) nanos = static_cast<std::int64_t>(field->value);
  }
  if (seconds == 0 && nanos == 0) return json::Value();
  constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999
  if (seconds < 0 || seconds > kLastSecond || nanos < 0 || nanos > 999'999'999)
    return fail(broken("a time is out of range"));
  const Instant time{std::chrono::duration_cast<Instant::duration>(
      std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanos))};
  return json::Value(micro ? format_micro_time(time) : format_time(time));
}

[[nodiscard]] Result<void> read_entry(std::string_view bytes, bool binary, json::Object& map) {
  WireReader reader(bytes);
  std::string_view key;
  std::string_view value;
  for (;;) {
    KAITO_TRY(const auto field, reader.next());
    if (!field) break;
    if (field->number == 1) key = field->bytes;
    if (field->number == 2) value = field->bytes;
  }
  if (!is_valid_utf8(key) || (!binary && !is_valid_utf8(value)))
    return fail(broken("a text is not UTF-8"));
  map[key] = binary ? base64_encode(value) : std::string(value);
  return {};
}

[[nodiscard]] Result<json::Value> read_message(std::string_view bytes, std::string_view message,
                                               int depth);

/// What a field means; null for the zero that JSON leaves out.
[[nodiscard]] Result<json::Value> read_value(const WireField& wire, const ProtobufField& field,
                                             int depth) {
  const bool keeps_zero = field.optional || field.repeated;
  switch (field.kind) {
    case ProtobufKind::text:
      if (!is_valid_utf8(wire.bytes)) return fail(broken("a text is not UTF-8"));
      return wire.bytes.empty() && !keeps_zero ? json::Value() : json::Value(wire.bytes);
    case ProtobufKind::bytes:
      return json::Value(base64_encode(wire.bytes));
    case ProtobufKind::number:
      return wire.value == 0 && !keeps_zero ? json::Value()
                                            : json::Value(static_cast<std::int64_t>(wire.value));
    case ProtobufKind::boolean:
      return wire.value == 0 && !keeps_zero ? json::Value() : json::Value(wire.value != 0);
    case ProtobufKind::time:
      return read_time(wire.bytes, false);
    case ProtobufKind::micro_time:
      return read_time(wire.bytes, true);
    default:
      return read_message(wire.bytes, field.message, depth + 1);
  }
}

[[nodiscard]] json::Object& map_in(json::Object& object, std::string_view name) {
  json::Value& member = object[name];
  if (!member.is_object()) member = json::Object();
  return member.get_object();
}

[[nodiscard]] Result<void> add_field(const WireField& wire, const ProtobufField& field, int depth,
                                     json::Object& object) {
  if (field.kind == ProtobufKind::text_map || field.kind == ProtobufKind::bytes_map)
    return read_entry(wire.bytes, field.kind == ProtobufKind::bytes_map,
                      map_in(object, field.name));
  KAITO_TRY(json::Value value, read_value(wire, field, depth));
  if (field.repeated) {
    json::Value& list = object[field.name];
    if (!list.is_array()) list = json::Array();
    list.get_array().push_back(std::move(value));
  } else if (!value.is_null()) {
    object[field.name] = std::move(value);
  }
  return {};
}

Result<json::Value> read_message(std::string_view bytes, std::string_view message, int depth) {
  if (depth > kDeepest) return fail(broken("it is nested too deeply"));
  json::Object object;
  WireReader reader(bytes);
  for (;;) {
    KAITO_TRY(const auto wire, reader.next());
    if (!wire) return json::Value(std::move(object));
    if (const auto field = protobuf_field(message, wire->number))
      KAITO_CHECK(add_field(*wire, *field, depth, object));
  }
}

/// runtime.Unknown: which kind it is, and its bytes.
struct Envelope {
  std::string api_version;
  std::string kind;
  std::string_view raw;
};

[[nodiscard]] Result<void> read_type(std::string_view bytes, Envelope& envelope) {
  WireReader reader(bytes);
  for (;;) {
    KAITO_TRY(const auto field, reader.next());
    if (!field) return {};
    if (!is_valid_utf8(field->bytes)) return fail(broken("a text is not UTF-8"));
    if (field->number == 1) envelope.api_version = field->bytes;
    if (field->number == 2) envelope.kind = field->bytes;
  }
}

[[nodiscard]] Result<Envelope> read_envelope(std::string_view body) {
  constexpr std::string_view kMagic("k8s\0", 4);
  if (!body.starts_with(kMagic)) return fail(broken("it does not begin with \"k8s\""));
  Envelope envelope;
  WireReader reader(body.substr(kMagic.size()));
  for (;;) {
    KAITO_TRY(const auto field, reader.next());
    if (!field) return envelope;
    if (field->number == 1) KAITO_CHECK(read_type(field->bytes, envelope));
    if (field->number == 2) envelope.raw = field->bytes;
  }
}

}  // namespace

Result<json::Value> read_protobuf(std::string_view body) {
  KAITO_TRY(const Envelope envelope, read_envelope(body));
  if (!has_protobuf_message(envelope.kind))
    return fail(unsupported_media_type(
        fmt::format("the sandbox does not read {} {} as protobuf: send it as JSON",
                    escape_controls(envelope.api_version), escape_controls(envelope.kind))));
  KAITO_TRY(json::Value object, read_message(envelope.raw, envelope.kind, 0));
  object.get_object()["apiVersion"] = envelope.api_version;
  object.get_object()["kind"] = envelope.kind;
  return object;
}

}  // namespace kaito::sandbox
