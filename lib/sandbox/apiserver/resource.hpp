#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/k8s/resource.hpp"
#include "sandbox/apiserver/schema.hpp"

namespace kaito::sandbox {

/// A column of `kubectl get`.
struct PrinterColumn {
  std::string name;
  std::string type;  ///< string, integer, date
  std::string json_path;
  int priority = 0;  ///< > 0: only with -o wide
  /// Built-in kinds whose cells are not a path ("1/2"): a name that table.cpp knows.
  std::string computed;
};

/// One served version of a kind.
struct ServedVersion {
  std::string name;
  std::shared_ptr<const Schema> schema;  ///< null: anything goes (built-in kinds)
  std::vector<PrinterColumn> columns;    ///< without the leading Name
};

/// JSON pointers-like dotted paths of a CRD's scale subresource.
struct ScalePaths {
  std::string spec_replicas;
  std::string status_replicas;
  std::string label_selector;
};

/// A kind as the server serves it and the rules that hold for it.
struct Resource {
  k8s::ResourceType type;  ///< in the storage version
  std::string list_kind;
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::vector<ServedVersion> versions;  ///< by priority: v1, v1beta1, v1alpha1
  bool custom = false;                  ///< from a CRD
  bool has_status = false;              ///< subresource status
  bool has_scale = false;
  ScalePaths scale;
  bool needs_revision = false;                  ///< PUT must name a resourceVersion
  bool counts_generation = false;               ///< custom kinds and built-in workloads
  bool dns_label_name = false;                  ///< names are labels, not subdomains
  bool free_name = false;                       ///< names are whatever a path can hold
  std::int64_t grace_seconds = 0;               ///< default for deletes: 30 for pods
  bool orphans_by_default = false;              ///< deletes without a propagation policy: jobs
  std::vector<std::string> selectable_fields;   ///< beside metadata.name and metadata.namespace
  std::vector<std::string> other_subresources;  ///< discovery only: log, proxy

  [[nodiscard]] const ServedVersion* version(std::string_view name) const;
  /// "workspaces.kaito.sh", or "pods".
  [[nodiscard]] std::string qualified() const { return type.qualified_plural(); }
  /// "Workspace.kaito.sh", or "Pod": how messages about invalid objects name it.
  [[nodiscard]] std::string qualified_kind() const;
};

/// The kinds served at one time.
class Registry {
 public:
  /// By group and plural, any version. Null when not served.
  [[nodiscard]] const Resource* find(std::string_view group, std::string_view plural) const;
  /// The same, and the version must be served.
  [[nodiscard]] const Resource* find(std::string_view group, std::string_view version,
                                     std::string_view plural) const;
  [[nodiscard]] const std::vector<std::shared_ptr<const Resource>>& all() const { return all_; }
  /// Adds, or replaces the one of the same group and plural.
  void add(std::shared_ptr<const Resource> resource);
  void remove(std::string_view group, std::string_view plural);

  /// Groups by name (the core group "" first) and their versions by priority.
  [[nodiscard]] std::vector<std::pair<std::string, std::vector<std::string>>> groups() const;

 private:
  std::vector<std::shared_ptr<const Resource>> all_;
};

/// Kubernetes' order of versions: v2, v1, v1beta2, v1beta1, v1alpha1, others. True when a is before
/// b.
[[nodiscard]] bool version_before(std::string_view a, std::string_view b);

/// The kinds that are served without a CRD.
[[nodiscard]] Registry builtin_resources();

}  // namespace kaito::sandbox
