#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "validate/rule.hpp"

namespace kaito::validate {

/// Which objects the operator refuses for the rule.
enum class Versions : std::uint8_t { both, v1alpha1, v1beta1 };

/// What there is to say about a rule beside its summary, and which operators refuse for it.
struct Explanation {
  std::string_view code;
  std::string_view since;  ///< first release that refuses; "" = all
  std::string_view until;  ///< first release that no longer does; "" = none
  Versions versions = Versions::both;
  std::string_view why;
  std::string_view fix;
};

/// Sorted by code. Those of rules that nothing in a file can break are here too.
[[nodiscard]] std::span<const Explanation> explanations();
/// nullptr for a code that there is not.
[[nodiscard]] const Explanation* find_explanation(std::string_view code);
/// Where the rule comes from, for people: "admission webhook of the operator, v0.12.0 and later".
[[nodiscard]] std::string source_of(const Explanation& explanation);

/// Whether an error of that rule would be one for the subject's version and the operator's release
/// (when that is known).
[[nodiscard]] bool is_refused(std::string_view code, const Subject& subject);

// One list per file of explanations/.
[[nodiscard]] std::span<const Explanation> schema_explanations();
[[nodiscard]] std::span<const Explanation> resource_explanations();
[[nodiscard]] std::span<const Explanation> inference_explanations();
[[nodiscard]] std::span<const Explanation> tuning_explanations();
[[nodiscard]] std::span<const Explanation> update_explanations();
[[nodiscard]] std::span<const Explanation> legacy_explanations();
[[nodiscard]] std::span<const Explanation> lint_explanations();

}  // namespace kaito::validate
