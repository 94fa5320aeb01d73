#pragma once

#include <string>
#include <vector>

#include "kaito/json/value.hpp"

namespace kaito::e2e {

/// What a file says against what the server has, one line per difference; empty when the server has
/// just that. `version` is the apiVersion's version in which the object was sent. What the server
/// adds by itself to every object is no difference, and neither is a default of KAITO's schemas in
/// a field that the file leaves out.
[[nodiscard]] std::string differences_from_file(json::Value file, const json::Value& stored,
                                                const std::string& version);
/// The same for what the file says alone: what the server has beyond it is passed over.
[[nodiscard]] std::string lost_from_file(json::Value file, const json::Value& stored,
                                         const std::string& version);

/// A text with its placeholders (ACR_REPO_HERE, <your-vm-sku>) filled in.
[[nodiscard]] std::string filled_in(const std::string& yaml);
/// "LINE:COLUMN" of each field of the text whose value holds a placeholder.
[[nodiscard]] std::vector<std::string> placeholder_places(const std::string& yaml);

}  // namespace kaito::e2e
