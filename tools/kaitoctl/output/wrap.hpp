#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kaitoctl {

/// The text in lines of at most `width` columns, broken at blanks, each after the first indented by
/// `indent`; a word that is longer keeps its line to itself. `first` is how many columns of the
/// first line are taken already. Ends with a newline.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent,
                                  std::size_t first);

}  // namespace kaitoctl
