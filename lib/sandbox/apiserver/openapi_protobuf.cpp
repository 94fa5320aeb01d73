#include "sandbox/apiserver/openapi_protobuf.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/object.hpp"

namespace kaito::sandbox {
namespace {

/// A protobuf message under way.
class Message {
 public:
  /// A field of bytes: a text, or another message.
  Message& add(unsigned field, std::string_view bytes) {
    constexpr unsigned kLengthDelimited = 2;
    varint((static_cast<std::uint64_t>(field) << 3U) | kLengthDelimited);
    varint(bytes.size());
    bytes_ += bytes;
    return *this;
  }
  Message& add(unsigned field, const Message& message) { return add(field, message.bytes_); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    constexpr std::uint64_t kMore = 0x80;
    for (; value >= kMore; value >>= 7U)
      bytes_ += static_cast<char>((value & (kMore - 1)) | kMore);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

[[nodiscard]] const json::Object& object_at(const json::Value& value, std::string_view key) {
  static const json::Object kNone;
  const json::Value* found = json::find(value, {key});
  return found != nullptr && found->is_object() ? found->get_object() : kNone;
}

/// Any: its YAML text, which JSON is.
[[nodiscard]] Message any(const json::Value& value) {
  return Message().add(2, json::write(value));
}

/// NamedX: an entry of a map.
[[nodiscard]] Message named(std::string_view name, const Message& value) {
  return Message().add(1, name).add(2, value);
}

void add_extensions(Message& message, unsigned field, const json::Value& from) {
  for (const auto& member : from.as_object()) {
    const std::string_view name = member.key();
    if (name.starts_with("x-")) message.add(field, named(name, any(member.value())));
  }
}

[[nodiscard]] Message schema(const json::Value& value) {
  Message out;
  if (const auto format = json::string_at(value, {"format"}); !format.empty()) out.add(2, format);
  if (const auto text = json::string_at(value, {"description"}); !text.empty()) out.add(4, text);
  for (const json::Value& name : list_at(value, {"required"}))
    out.add(19, std::string_view(name.get_string()));
  for (const json::Value& allowed : list_at(value, {"enum"}))
    out.add(20, any(allowed));
  if (const json::Value* values = json::find(value, {"additionalProperties"}))
    out.add(21, Message().add(1, schema(*values)));
  if (const auto type = json::string_at(value, {"type"}); !type.empty())
    out.add(22, Message().add(1, type));
  if (const json::Value* items = json::find(value, {"items"}))
    out.add(23, Message().add(1, schema(*items)));
  Message properties;
  for (const auto& member : object_at(value, "properties"))
    properties.add(1, named(member.key(), schema(member.value())));
  if (!properties.bytes().empty()) out.add(25, properties);
  add_extensions(out, 31, value);
  return out;
}

[[nodiscard]] Message operation(const json::Value& value) {
  Message out;
  for (const json::Value& each : list_at(value, {"parameters"})) {
    Message query;  // QueryParameterSubSchema
    query.add(2, json::string_at(each, {"in"})).add(4, json::string_at(each, {"name"}));
    query.add(6, json::string_at(each, {"type"}));
    const Message non_body = Message().add(3, query);
    const Message parameter = Message().add(2, non_body);
    out.add(8, Message().add(1, parameter));
  }
  Message responses;
  for (const auto& member : object_at(value, "responses")) {
    const Message response = Message().add(1, json::string_at(member.value(), {"description"}));
    responses.add(1, named(member.key(), Message().add(1, response)));
  }
  out.add(9, responses);
  add_extensions(out, 13, value);
  return out;
}

}  // namespace

std::string openapi_protobuf(const json::Value& document) {
  Message info;
  info.add(1, json::string_at(document, {"info", "title"}));
  info.add(2, json::string_at(document, {"info", "version"}));
  Message paths;
  for (const auto& member : object_at(document, "paths")) {
    Message item;
    if (const json::Value* patch = json::find(member.value(), {"patch"}))
      item.add(8, operation(*patch));
    paths.add(2, named(member.key(), item));
  }
  Message definitions;
  for (const auto& member : object_at(document, "definitions"))
    definitions.add(1, named(member.key(), schema(member.value())));
  return Message().add(1, "2.0").add(2, info).add(8, paths).add(9, definitions).bytes();
}

}  // namespace kaito::sandbox
