#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kaito/validate/review.hpp"

namespace kaito::validate {

/// A ConfigMap or Secret, as much of it as may be asked for: of a Secret its keys, no values.
struct Companion {
  Reviewed header;  ///< without findings
  json::Document object;
  bool in_input = false;
  bool named = false;  ///< by a Workspace that has been judged
  /// Where the entries of `data` stand.
  std::map<std::string, SourcePlace, std::less<>> places;
  std::vector<Finding> findings;  ///< placeholders in it

  /// Where a field of it stands. `inside`: the line and column in a text of `data`, where the field
  /// goes on into one.
  [[nodiscard]] SourcePlace place(const FieldPath& path,
                                  const std::optional<SourcePlace>& inside) const;
};

/// Those of the input that a Workspace may name.
class Companions {
 public:
  void add(const json::Value& object, Reviewed header,
           const std::function<SourcePlace(const FieldPath&)>& place_of);
  /// nullptr when it is not in the input (yet).
  [[nodiscard]] Companion* find(const Reference& reference, const std::string& namespace_);

 private:
  std::map<std::string, Companion, std::less<>> all_;  ///< by kind, namespace and name
  std::size_t bytes_ = 0;                              ///< of the texts that are kept
};

}  // namespace kaito::validate
