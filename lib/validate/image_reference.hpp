#pragma once

#include <string>
#include <string_view>

namespace kaito::validate {

/// Why the text is not an image reference; "" when it is one. Familiar names count ("alpine",
/// "org/model:1"). Source: distribution/reference, ParseNormalizedNamed.
[[nodiscard]] std::string image_reference_problem(std::string_view text);

}  // namespace kaito::validate
