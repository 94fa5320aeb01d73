#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito::render {

/// Which generation of the operator's manifests.
enum class Generation : std::uint8_t {
  transformers_images,  ///< v0.3: one image per model, Deployment, Machine, `/healthz`
  base_image,           ///< v0.12: the base image, vLLM, StatefulSet, NodeClaim or NodePool
};

/// A release of the operator whose manifests are known. Source: rendered-manifests.md 0.2, 3.2, A.
struct Profile {
  std::string_view release;  ///< "v0.12.0"
  Generation generation = Generation::base_image;
  std::string_view api_version;     ///< of the Workspace in owner references: "kaito.sh/v1beta1"
  std::string_view base_image_tag;  ///< "" where there is no base image
};

/// Oldest first.
[[nodiscard]] std::span<const Profile> profiles();
/// v0.12.0.
[[nodiscard]] const Profile& default_profile();
/// "v0.12.0", "0.12.0", "0.12". Errors: usage, with the releases there are.
[[nodiscard]] Result<const Profile*> find_profile(std::string_view typed);

}  // namespace kaito::render
