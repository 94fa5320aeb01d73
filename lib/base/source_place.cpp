#include "kaito/base/source_place.hpp"

namespace kaito {

std::string SourcePlace::text() const {
  std::string text = file;
  const auto append = [&text](unsigned number) {
    if (!text.empty()) text += ':';
    text += std::to_string(number);
  };
  if (line == 0) return text;
  append(line);
  if (column != 0) append(column);
  return text;
}

}  // namespace kaito
