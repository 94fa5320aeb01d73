#pragma once

#include <string>
#include <vector>

#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"
#include "kaito/k8s/resource.hpp"
#include "kaito/ops/deploy.hpp"

namespace kaito::ops {

/// One object to deploy, taken out of its document.
struct DeployItem {
  enum class Kind : std::uint8_t { companion, workspace, inference_set };
  Kind kind = Kind::companion;
  json::Document object;   ///< as the user wrote it, and its namespace
  k8s::ResourceType type;  ///< in the version that the user wrote
  std::string namespace_;
  std::string name;
  const json::Places* places;  ///< of the document
  FieldPath prefix;            ///< of the object in its document (List items)

  [[nodiscard]] SourcePlace place(const FieldPath& path) const;
};

/// The objects of all documents: Lists taken apart, companions first. The documents must outlive
/// the items. Errors: invalid, for a document that is no Kubernetes object, of a kind that deploy
/// does not take, without a name, in another namespace than the one that was asked for, or about
/// the same object as another one; with its place; and when there is no object at all.
[[nodiscard]] Result<std::vector<DeployItem>> deploy_items(
    const std::vector<DeployDocument>& documents, const DeployOptions& options);

/// What validation finds in one item, with places.
[[nodiscard]] std::vector<validate::Finding> findings_of(const DeployItem& item,
                                                         const validate::Context& context);

/// "file:2:3: message [V031]", for warnings.
[[nodiscard]] std::string finding_line(const validate::Finding& finding);

/// The `invalid` error that carries the findings; the message counts them.
[[nodiscard]] Error findings_error(std::vector<validate::Finding> findings);

}  // namespace kaito::ops
