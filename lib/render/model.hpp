#pragma once

#include <string>
#include <string_view>

#include "kaito/api/workspace.hpp"
#include "kaito/catalog/catalog.hpp"
#include "kaito/plan/facts.hpp"
#include "render/command.hpp"
#include "render/subject.hpp"

namespace kaito::render {

/// A preset as the operator of v0.12 resolves it. Source: 0.6.
struct Model {
  const catalog::Preset* preset = nullptr;
  std::string id;    ///< lower-case Hugging Face id
  std::string name;  ///< its last part: what the server calls the model
  plan::ModelFacts facts;
  const json::Value* record = nullptr;  ///< the catalogue's entry
};

/// Errors: invalid, for a name that the release does not know, and for an id whose facts the
/// catalogue does not have.
[[nodiscard]] Result<Model> find_model(const Subject& subject, const api::PresetSpec& preset);

/// The flags under `RUNTIME.parameters` of the entry.
[[nodiscard]] Flags parameters_of(const json::Value& record, std::string_view runtime);
/// A boolean of the entry; `otherwise` when it says nothing.
[[nodiscard]] bool entry_flag(const Model& model, std::string_view key, bool otherwise);
/// failureThreshold of the startup probe: how many periods of 10 s the model may take. Source: 1.4.
[[nodiscard]] int startup_periods(const Model& model);
/// Of the weights' volume and the NodeClaim: "87Gi".
[[nodiscard]] std::string disk_size(const Model& model);

}  // namespace kaito::render
