#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/field_path.hpp"
#include "kaito/json/document.hpp"

namespace kaito::json {

/// What a typed reading of a value found wrong. Reading goes on after a problem, so that all are
/// found.
struct ReadProblem {
  enum class Kind : std::uint8_t { wrong_type, missing, unknown_field };
  Kind kind;
  FieldPath path;
  std::string message;  ///< "must be a string, not a number"
};

/// Reads one JSON object into typed fields, remembering its path and which members were asked for.
/// null counts as absent everywhere, as the API server has it. A member of the wrong type is
/// reported and read as absent.
///
///   ObjectReader r(value, path, problems);
///   r.string("name", out.name);            // keeps out.name when absent
///   if (auto source = r.object("source")) read_source(*source, out.source);
///   r.unknown_fields(out.extra);            // what nobody asked for: reported and kept
class ObjectReader {
 public:
  /// `value` and `problems` must outlive the reader. A value that is not an object is reported once
  /// and reads as empty. The keys given to the calls below must outlive it too, as literals do.
  ObjectReader(const Value& value, FieldPath path, std::vector<ReadProblem>& problems);

  [[nodiscard]] const FieldPath& path() const { return path_; }
  [[nodiscard]] bool has(std::string_view key) const;
  /// The object being read, or nullptr when the value is not one.
  [[nodiscard]] const Object* source() const { return object_; }

  /// Each gives whether the member was present with the right type.
  bool string(std::string_view key, std::string& out);
  bool string(std::string_view key, std::optional<std::string>& out);
  bool boolean(std::string_view key, bool& out);
  bool boolean(std::string_view key, std::optional<bool>& out);
  bool integer(std::string_view key, std::int64_t& out);
  bool integer(std::string_view key, std::optional<std::int64_t>& out);
  bool strings(std::string_view key, std::vector<std::string>& out);
  bool string_map(std::string_view key, std::map<std::string, std::string>& out);
  /// The member as it is, unread; and marked as known.
  bool any(std::string_view key, Document& out);

  /// A reader on the member object; nothing when absent.
  [[nodiscard]] std::optional<ObjectReader> object(std::string_view key);
  /// Calls `each` for every item of the member list (items that are not objects are reported).
  /// Gives whether the list was present.
  bool objects(std::string_view key, const std::function<void(ObjectReader&)>& each);

  /// Reports the member as missing when it is absent.
  void require(std::string_view key);
  /// Reports and keeps (in `kept`, an object) every member that no call above asked for.
  void unknown_fields(Document& kept);

 private:
  void know(std::string_view key);
  const Value* member(std::string_view key);
  void wrong_type(std::string_view key, std::string_view wanted, const Value& found);

  const Object* object_ = nullptr;
  FieldPath path_;
  std::vector<ReadProblem>* problems_;
  std::vector<std::string_view> known_;
};

}  // namespace kaito::json
