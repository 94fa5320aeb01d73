#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/result.hpp"

namespace kaito {

/// Text from outside made safe for a terminal: control characters (C0 but tab and newline, DEL,
/// C1), bidirectional overrides (U+202A-202E, U+2066-2069) and bytes that are not UTF-8 become \xNN
/// or \uNNNN escapes. Streams may be cut anywhere: see ControlEscaper for text that arrives in
/// pieces.
[[nodiscard]] std::string escape_controls(std::string_view text);

/// The same for a stream of pieces: a character cut across two pieces is held back until it is
/// whole.
class ControlEscaper {
 public:
  [[nodiscard]] std::string feed(std::string_view piece);
  /// What was held back, escaped, at the end of the stream.
  [[nodiscard]] std::string finish();

 private:
  std::string held_;
};

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
/// At most `bytes` bytes, cut at a character; "..." is the end, counted in, where something was
/// cut.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t bytes);
[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// Up to `most` candidates close enough to `word` (few typing mistakes, or one begins with the
/// other; case ignored) to be what was meant, nearest first; and the sentence that error messages
/// end with: "did you mean "x" or "y"?", or "".
[[nodiscard]] std::vector<std::string> near_names(std::string_view word,
                                                  std::span<const std::string> candidates,
                                                  std::size_t most = 3);
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string> candidates);

/// Kubernetes names. Empty when valid, else the rule that is broken, to follow the name in a
/// message: "must not be empty". Source: apimachinery pkg/util/validation (IsDNS1123Label,
/// IsDNS1123Subdomain, IsQualifiedName, IsValidLabelValue).
[[nodiscard]] std::string dns_label_problem(std::string_view name);
[[nodiscard]] std::string dns_subdomain_problem(std::string_view name);
[[nodiscard]] std::string label_key_problem(std::string_view key);
[[nodiscard]] std::string label_value_problem(std::string_view value);

/// Standard base64 with padding. Decoding tolerates line breaks. Errors: invalid; the
/// message never quotes the text, which may be a credential.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);

}  // namespace kaito
