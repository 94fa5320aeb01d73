#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/base/field_path.hpp"
#include "kaito/base/source_place.hpp"
#include "kaito/json/document.hpp"
#include "kaito/json/json.hpp"

namespace kaito::json {

/// Where each field of a loaded document stands in its text.
class Places {
 public:
  /// A value that has a place: the root first, each one behind what it is in.
  struct Field {
    std::uint32_t parent;  ///< its position in the list; of the root its own
    std::uint32_t line;
    std::uint32_t column;
    std::uint32_t step;  ///< in a map where its key ends in `keys`, in a list its position there
    bool in_list;
  };

  Places() = default;
  /// `keys` are those of all fields that are in maps, one behind the other in the fields' order.
  Places(std::string file, std::vector<Field> fields, std::string keys)
      : file_(std::move(file)), fields_(std::move(fields)), keys_(std::move(keys)) {}

  /// The place of the field's key (of the item, in a list); for a field that is not there, the
  /// nearest enclosing field that is.
  [[nodiscard]] SourcePlace of(const FieldPath& path) const;
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::vector<Field> fields_;
  std::string keys_;
};

/// One document of a YAML or JSON text.
struct YamlDocument {
  Document value;
  Places places;
};

/// Bounds on untrusted YAML. An alias counts as often as it is used.
struct YamlLimits {
  std::size_t bytes = std::size_t{64} << 20;
  unsigned depth = 100;
  std::size_t nodes = 1'000'000;
};

/// Every document of a text, JSON or YAML 1.1 as Kubernetes reads it: plain scalars resolve as
/// sigs.k8s.io/yaml does (y/n/yes/no/on/off are booleans, 0o17 and 017 octal, dates stay strings,
/// quoted scalars stay strings), keys must be strings (numbers and booleans become their text, `y:`
/// the key "true"), duplicate keys are refused, empty documents are left out, merge keys (<<) are
/// applied below the map's own keys, a BOM is skipped. JSON values may follow each other without
/// "---" where each begins on a line of its own (as jq and kubectl write them). `file` is used in
/// places and messages. Errors: parse, message "FILE:LINE:COLUMN: what".
[[nodiscard]] Result<std::vector<YamlDocument>> load_yaml(std::string_view text, std::string file,
                                                          YamlLimits limits = {});

/// Fills `out` with up to `most` bytes and gives how many there were; 0 at the end of the text.
using ByteSource = std::function<Result<std::size_t>(char* out, std::size_t most)>;

/// Why a document is refused. Safe to print.
struct YamlProblem {
  SourcePlace place;
  std::string message;
};

/// Reads one document after another as load_yaml() does, holding no more than one (and what is read
/// ahead of it, some 64 KiB): for files of any size. A document ends where a line begins with "---"
/// or "...", or with another JSON value, and its limits are its own; places count lines from the
/// whole text's start. One that is broken or too large is reported, and those after it are read.
class YamlReader {
 public:
  /// `file` is used in places and messages.
  YamlReader(ByteSource source, std::string file, YamlLimits limits = {});
  /// A text in memory, which must outlive the reader.
  YamlReader(std::string_view text, std::string file, YamlLimits limits = {});
  YamlReader(YamlReader&&) noexcept;
  YamlReader& operator=(YamlReader&&) noexcept;
  ~YamlReader();

  /// The next document that is not empty; nothing at the end. Errors: parse, "FILE:LINE:COLUMN:
  /// what", with problem() saying the same in parts: call again for the documents after it;
  /// whatever the source gave: there is no more, further calls give nothing.
  [[nodiscard]] Result<std::optional<YamlDocument>> next();
  /// What the last call of next() refused; nothing when it refused nothing.
  [[nodiscard]] const std::optional<YamlProblem>& problem() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a stream to its end. Errors: parse, when the stream cannot be read. `stream` must outlive
/// the source.
[[nodiscard]] ByteSource bytes_of(std::istream& stream);

/// Block style as kubectl -o yaml writes it, but keys in the value's own order; strings quoted
/// exactly when a YAML 1.1 or 1.2 reader would take them for something else; multi-line strings as
/// | blocks.
[[nodiscard]] std::string write_yaml(const Value& value);

}  // namespace kaito::json
