#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kaito::kube {

/// A header's value as it may stand in a log: only names known to be harmless show theirs.
[[nodiscard]] std::string loggable_header(std::string_view name, std::string_view value);

/// A body as it may stand in a log, on one line, at most `limit` bytes (0 = all): Secret data,
/// tokens, passwords, keys and environment values that are named like them are left out. JSON that
/// cannot be read is not shown at all.
[[nodiscard]] std::string loggable_body(std::string_view body, std::size_t limit);

}  // namespace kaito::kube
