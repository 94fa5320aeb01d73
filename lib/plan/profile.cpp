#include "kaito/plan/profile.hpp"

#include <array>

#include "kaito/base/text.hpp"
#include "plan/history.hpp"

namespace kaito::plan {

namespace {

/// Up to v0.6.2 nothing is estimated: the profile tells which flags the server gets.
[[nodiscard]] constexpr Profile counted_by_hand(std::string_view first, std::string_view last,
                                                Utilization utilization, bool pipeline) {
  Profile out;
  out.first = first;
  out.last = last;
  out.sizing = Sizing::requested;
  out.weight_overhead = 0;
  out.data_parallel = false;
  out.pipeline = pipeline;
  out.ray_flag = false;
  out.context_limit = ContextLimit::omitted;
  out.utilization = utilization;
  return out;
}

[[nodiscard]] constexpr Profile before_vllm() {
  Profile out = counted_by_hand("v0.0.1", "v0.3.2", Utilization::server_default, false);
  out.vllm = false;
  return out;
}

/// v0.7.0 to v0.10.0.
[[nodiscard]] constexpr Profile without_weight_overhead(std::string_view first,
                                                        std::string_view last, Sizing sizing,
                                                        bool ray_flag) {
  Profile out;
  out.first = first;
  out.last = last;
  out.sizing = sizing;
  out.weight_overhead = 0;
  out.data_parallel = sizing == Sizing::doubles;
  out.ray_flag = ray_flag;
  out.context_limit = ContextLimit::computed;
  out.utilization = Utilization::fixed;
  return out;
}

[[nodiscard]] constexpr Profile with_weight_overhead(std::string_view release,
                                                     Utilization utilization) {
  Profile out;
  out.first = release;
  out.last = release;
  out.utilization = utilization;
  return out;
}

constexpr std::array all_profiles{
    before_vllm(),
    counted_by_hand("v0.4.0", "v0.4.4", Utilization::server_default, false),
    counted_by_hand("v0.4.5", "v0.4.6", Utilization::by_gpu_memory, false),
    counted_by_hand("v0.5.0", "v0.6.2", Utilization::by_gpu_memory, true),
    without_weight_overhead("v0.7.0", "v0.7.2", Sizing::whole_bytes, false),
    without_weight_overhead("v0.8.0", "v0.9.4", Sizing::whole_bytes, true),
    without_weight_overhead("v0.10.0", "v0.10.0", Sizing::doubles, true),
    with_weight_overhead("v0.11.0", Utilization::fixed),
    // The newest commit of upstream's main that we know (056b8280b, 2026-08-21) has the same.
    with_weight_overhead("v0.12.0", Utilization::fixed_but_a10),
};

constexpr std::array<int, 3> newest{0, 12, 0};

[[nodiscard]] tl::unexpected<Error> unknown_release(std::string_view typed) {
  return fail(ErrorCode::usage,
              "there is no KAITO release \"" + escape_controls(shorten(typed, 60)) + "\"",
              "releases are v0.0.1 to v0.12.0, or main; the default is v0.12.0");
}

}  // namespace

std::span<const Profile> profiles() {
  return all_profiles;
}

const Release& default_release() {
  static const Release release{"v0.12.0", newest, &all_profiles.back(), false};
  return release;
}

Result<Release> find_release(std::string_view typed) {
  typed = trim(typed);
  if (equals_ignoring_case(typed, "main")) {
    Release out = default_release();
    out.name = "main";
    return out;
  }
  const auto number = release_number(typed);
  if (!number || *number < std::array{0, 0, 1}) return unknown_release(typed);
  Release out;
  out.name = (typed.starts_with('v') ? "" : "v") + std::string(typed);
  if (split(typed, '.').size() == 2) out.name += ".0";
  out.number = *number;
  out.newer_than_known = *number > newest;
  for (const Profile& profile : all_profiles) {
    if (*number >= *release_number(profile.first)) out.profile = &profile;
  }
  return out;
}

}  // namespace kaito::plan
