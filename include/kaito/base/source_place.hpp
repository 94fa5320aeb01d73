#pragma once

#include <string>

namespace kaito {

/// A place in a text the user wrote. Lines and columns count from 1; 0 means not known.
struct SourcePlace {
  std::string file;  ///< as the user named it; "-" for stdin
  unsigned line = 0;
  unsigned column = 0;

  /// "file:line:column", without the parts that are not known.
  [[nodiscard]] std::string text() const;
  bool operator==(const SourcePlace&) const = default;
};

}  // namespace kaito
