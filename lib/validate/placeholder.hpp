#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kaito::validate {

/// Where a text stands: in a field of ours, where nothing valid holds "<" or "${", or in a
/// free-form part (pod template, annotation), where a program's own arguments may.
enum class TextKind : std::uint8_t { field, free_form };

/// Whether the text could hold one at all: a quick look, so that most texts need no other.
[[nodiscard]] bool may_hold_placeholder(std::string_view text);

/// The pieces of the text that somebody was meant to replace: ACR_REPO_HERE, YOUR_IMAGE,
/// REPLACE_ME, <your-vm-sku>, ${REGISTRY}. Each once, in their order.
[[nodiscard]] std::vector<std::string> placeholders_in(std::string_view text, TextKind kind);

}  // namespace kaito::validate
