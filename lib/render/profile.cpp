#include "kaito/render/profile.hpp"

#include <array>
#include <string>

#include "kaito/base/text.hpp"

namespace kaito::render {

namespace {

constexpr std::array<Profile, 2> known{{
    {"v0.3.2", Generation::transformers_images, "kaito.sh/v1alpha1", ""},
    {"v0.12.0", Generation::base_image, "kaito.sh/v1beta1", "0.5.0"},
}};

}  // namespace

std::span<const Profile> profiles() {
  return known;
}

const Profile& default_profile() {
  return known.back();
}

Result<const Profile*> find_profile(std::string_view typed) {
  const std::string_view number =
      trim(typed).starts_with('v') ? trim(typed).substr(1) : trim(typed);
  std::string names;
  for (const Profile& profile : known) {
    const std::string_view full = profile.release.substr(1);
    const std::string_view minor = full.substr(0, full.rfind('.'));
    if (number == full || number == minor) return &profile;
    names += (names.empty() ? "" : ", ") + std::string(profile.release);
  }
  return fail(
      ErrorCode::usage,
      "the manifests of release \"" + escape_controls(shorten(typed, 60)) + "\" are not known here",
      "there are: " + names);
}

}  // namespace kaito::render
