#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/api_target.hpp"
#include "support/process.hpp"
#include "terminal.hpp"

namespace kaito::e2e {

using test::environment;
using test::read_file;
using test::soon;
using test::target;

/// What a case plays in: a namespace and a folder of its own, and a kubeconfig whose context has
/// that namespace. What it reads and writes with client() is the operator's and the kubelet's part.
/// Every call reports a failure and ends the case when it does not succeed.
class Scene {
 public:
  enum class Kaito : unsigned char { installed, as_it_is };
  explicit Scene(Kaito kaito = Kaito::installed);

  [[nodiscard]] const std::string& namespace_() const { return namespace_name_; }
  /// A file of this case; gives its path.
  std::string write(const std::string& name, std::string_view text) const;
  /// Connects kaitoctl otherwise than as the administrator: another server, CA (PEM) or token.
  void connect(const std::string& server, const std::string& ca_pem, const std::string& token);
  /// A variable that kaitoctl sees; without a value: not.
  void set_variable(const std::string& name, const std::string& value);
  void unset_variable(const std::string& name) { environment_.erase(name); }

  /// kaitoctl with these arguments, to its end.
  [[nodiscard]] Outcome run(const std::vector<std::string>& arguments,
                            const std::string& input = "") const;
  [[nodiscard]] std::unique_ptr<Process> start(const std::vector<std::string>& arguments,
                                               const std::string& input = "") const;

  /// kaitoctl with a person before it.
  [[nodiscard]] std::unique_ptr<Terminal> at_terminal(
      const std::vector<std::string>& arguments) const;

  [[nodiscard]] k8s::ObjectRef workspace_ref(std::string_view name) const;
  [[nodiscard]] k8s::ObjectRef ref(const k8s::ResourceType& type, std::string_view name) const;
  /// The object as the server has it; read with real kubectl (-o json) where the target has one.
  [[nodiscard]] json::Value stored(const k8s::ObjectRef& ref) const;
  [[nodiscard]] json::Value stored_workspace(std::string_view name) const;
  [[nodiscard]] std::string resource_version(std::string_view workspace) const;
  [[nodiscard]] bool exists(const k8s::ObjectRef& ref) const;
  /// How many Workspaces, InferenceSets, ConfigMaps of ours, Secrets of ours the namespace has.
  [[nodiscard]] std::size_t objects() const;

  /// Creates the object that a YAML text describes, in this namespace.
  void create(const k8s::ResourceType& type, std::string_view yaml) const;
  /// An inference Workspace of phi-3-mini on one node, as somebody else created it.
  void create_workspace(const std::string& name) const;
  /// Merges a YAML text into an object's status, as its controller does.
  void patch_status(const k8s::ObjectRef& ref, std::string_view yaml) const;
  void patch(const k8s::ObjectRef& ref, std::string_view yaml) const;

 private:
  std::string namespace_name_;
  std::filesystem::path folder_;
  std::map<std::string, std::string> environment_;
};

/// The value of a YAML text; the case ends when it cannot be read.
[[nodiscard]] json::Value value_of(std::string_view yaml);

/// One entry of status.conditions, as flow YAML. The message is the reason where there is none: a
/// kube-apiserver 1.20 that a newer Go has built takes an empty text in a custom resource for null,
/// and refuses it.
[[nodiscard]] std::string condition(std::string_view type, std::string_view status,
                                    std::string_view reason, std::string_view message = "");
/// "conditions: [...]" of several.
[[nodiscard]] std::string conditions(const std::vector<std::string>& list);

/// Says in a Workspace's status that its model serves, as the operator does.
void make_ready(const Scene& scene, const std::string& name);

/// The words of the line of `text` that begins with `first`; empty when there is none.
[[nodiscard]] std::vector<std::string> line_of(const std::string& text, std::string_view first);

}  // namespace kaito::e2e
