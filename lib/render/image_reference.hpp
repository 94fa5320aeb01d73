#pragma once

#include <string>
#include <string_view>

namespace kaito::render {

/// An image reference as the operator normalises it: registry and tag written out, the tag of one
/// with a digest dropped; one that does not parse stays as it is. Source: 4.1; App. B.
[[nodiscard]] std::string normalized_image(std::string_view reference);

}  // namespace kaito::render
