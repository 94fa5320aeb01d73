#pragma once

#include <string>
#include <vector>

#include "kaito/json/value.hpp"

namespace kaito::sandbox {

/// What a simulated model server serves.
struct ServedModel {
  std::string name;                   ///< served name
  std::string root;                   ///< Hugging Face id, or the name
  std::vector<std::string> adapters;  ///< LoRA adapters, selectable as models
  std::int64_t context = 4096;
  bool old_api = false;  ///< only the API of the servers before OpenAI's: /, /healthz, /chat
};

/// The annotation on a Workspace that makes its simulated server speak the old API alone.
inline constexpr const char* old_api_annotation = "kaitoctl.dev/simulated-api";

}  // namespace kaito::sandbox
