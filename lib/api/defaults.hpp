#pragma once

#include <string_view>

namespace kaito::api {

/// resource.instanceType of v1alpha1's schema since v0.4.2. v1beta1 has none since v0.8.0.
inline constexpr std::string_view kDefaultInstanceType = "Standard_NC24ads_A100_v4";

}  // namespace kaito::api
