#pragma once

#include <string_view>

#include "kaito/json/value.hpp"
#include "sandbox/apiserver/api_server.hpp"

namespace kaito::sandbox {

/// What a container that the simulated kubelet runs has written so far, told from its pod's status:
/// a few lines, each plainly simulated. A later state of the pod only adds lines.
[[nodiscard]] LogRead pod_lines(const json::Value& pod, std::string_view container);

}  // namespace kaito::sandbox
