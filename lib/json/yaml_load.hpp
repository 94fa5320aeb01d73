#pragma once

#include <optional>

#include "json/yaml_pieces.hpp"
#include "json/yaml_tree.hpp"

namespace kaito::json {

/// Adds the document of a piece, if it is not empty, to the tree's. Gives why it is refused.
[[nodiscard]] std::optional<YamlProblem> read_piece(const YamlPiece& piece,
                                                    const YamlLimits& limits, YamlTree& tree);

/// "FILE:LINE:COLUMN: what"
[[nodiscard]] Error to_error(const YamlProblem& problem);

}  // namespace kaito::json
