#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"
#include "kaito/catalog/catalog.hpp"
#include "kaito/json/yaml.hpp"
#include "kaito/kube/client.hpp"
#include "kaito/ops/cluster_facts.hpp"
#include "kaito/ops/events.hpp"
#include "kaito/validate/validate.hpp"

namespace kaito::ops {

/// `deploy MODEL ...`: what the flags say.
struct ModelRequest {
  std::string model;
  std::string name;           ///< "" = "workspace-" + short model name
  std::string instance_type;  ///< "" = the best of the plan for the cloud
  std::map<std::string, std::string> node_selector;
  std::string runtime;                ///< vllm, transformers, ""
  std::vector<std::string> adapters;  ///< NAME=IMAGE[@STRENGTH]
  std::string config_map;
  std::string model_access_secret;
  std::optional<std::int64_t> replicas;  ///< given: an InferenceSet
  bool expose = false;
  std::string cloud;  ///< whose instance types to choose from; "" = the cluster's, else azure
  std::string
      config_text;  ///< an inference_config.yaml to put into a ConfigMap "NAME-config"; "" = none
  std::string hf_token;  ///< a Hugging Face token to put into a Secret "NAME-hf-token"; "" = none
};

/// Gives what is known of the cluster for which an instance type is chosen: cloud, release, mode.
using AskCluster = std::function<Result<validate::Context>()>;

/// A Workspace or InferenceSet made from flags, in v1beta1; notes say what was chosen and why. An
/// instance type that no table has is written as it is: check_documents judges it. `ask` is called
/// once at most: where an instance type has to be chosen, when nothing else can be wrong any more;
/// without it, or where it does not know, it is one of the newest release and of azure.
/// Errors: usage, not_found (the model; with near names), and those of `ask`.
/// ConfigMap and Secret come before the object that refers to them.
struct Built {
  std::vector<json::Document> objects;
  std::string name;
  std::vector<std::string> notes;
};
[[nodiscard]] Result<Built> build_from_model(const ModelRequest& request,
                                             const catalog::Catalog& catalog,
                                             const AskCluster& ask = {});

/// How objects are sent.
struct DeployOptions {
  std::string namespace_;
  bool namespace_given = false;  ///< on the command line: then a file's own may not differ
  std::string api_version;       ///< "" = the newest that the cluster serves
  k8s::WriteOptions write;       ///< field_validation: server_default means strict
  bool client_dry_run = false;   ///< validate and convert only; nothing is sent
  std::string cloud;             ///< for validation; "" = the cluster's
  /// What cluster_facts said, where it was asked already; else deploy asks.
  std::optional<ClusterFacts> cluster;
};

/// What became of one object.
struct Deployed {
  enum class Outcome : std::uint8_t { created, changed, unchanged, dry_run };
  Outcome outcome = Outcome::unchanged;
  /// As the server has it (as it would be sent, in a client dry run); without the values of a
  /// Secret.
  json::Document object;
  std::string kind;  ///< Workspace, InferenceSet, or a companion's
  std::string name;
  std::string namespace_;
  std::vector<std::string> changes;  ///< "resource.count: 1 -> 2", of an update; told as notes, too
};

/// Findings that stop a deploy: in the payload of an `invalid` error, all of them.
struct Findings final : ErrorPayload {
  std::vector<validate::Finding> findings;
};

/// One document to deploy and where its fields stand (empty places when made from flags).
struct DeployDocument {
  json::Document value;
  json::Places places;
};

/// Everything that can be said about the documents without a cluster: an `invalid` error with all
/// Findings when one of them is an error; warnings go to `events` (which may be empty).
[[nodiscard]] Result<void> check_documents(const std::vector<DeployDocument>& documents,
                                           const DeployOptions& options,
                                           const catalog::Catalog& catalog,
                                           const EventSink& events);

/// Validates all documents, looks at what is stored, and only then applies them, one after another:
/// nothing is sent when any document has an error. Beside Workspace and InferenceSet, the kinds
/// that they refer to ride along, looked at for placeholders alone (ConfigMap, Secret,
/// PersistentVolumeClaim, ServiceAccount), `kind: List` is taken apart, every other kind and an
/// object that stands twice are refused. What is sent is what the document says, and the namespace.
/// Each object is applied as a dry run first, so that the API server's own refusals come before the
/// first write; left out for Workspaces and InferenceSets while a companion is new or changes,
/// which they may refer to. Errors: usage (an api_version that is not known), invalid (Findings;
/// also when a stored object of that name cannot become this one), not_served (CRD missing: hint),
/// conflict (fields owned by others: who owns what, and --force-conflicts; the stored object is
/// being deleted), and the client's.
[[nodiscard]] Result<std::vector<Deployed>> deploy(kube::Client* client,
                                                   const std::vector<DeployDocument>& documents,
                                                   const DeployOptions& options,
                                                   const catalog::Catalog& catalog,
                                                   const EventSink& events,
                                                   const CallLimits& limits);

/// Waits until the Workspace (InferenceSet) is ready, telling the phases: accepted, nodes claimed,
/// nodes ready, GPUs ready, model loading, serving. What the operator said of an older generation
/// of the object does not count. A server that goes away in between is waited for, two minutes
/// long. Errors: terminal at once on what cannot heal (image pull denied, SKU not offered,
/// container start error, failed tuning job), timeout (what is still missing), interrupted,
/// not_found (deleted, or being deleted).
[[nodiscard]] Result<json::Document> wait_ready(kube::Client& client, const k8s::ObjectRef& ref,
                                                const EventSink& events, const CallLimits& limits);

}  // namespace kaito::ops
