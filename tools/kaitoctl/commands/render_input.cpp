#include "commands/render_input.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::ErrorCode;
using kaito::json::string_at;

/// One file's documents; a List taken apart (its items without places of their own).
kaito::Result<std::vector<RenderItem>> read_documents(Context& context, const std::string& file) {
  KAITO_TRY(const auto text, context.read_input(file));
  KAITO_TRY(auto loaded, kaito::json::load_yaml(text, file));
  std::vector<RenderItem> out;
  for (auto& document : loaded) {
    const auto& value = document.value.value();
    const auto* items = kaito::json::find(value, {"items"});
    if (!string_at(value, {"kind"}).ends_with("List") || items == nullptr || !items->is_array()) {
      out.push_back({std::move(document.value), std::move(document.places)});
      continue;
    }
    for (const auto& item : items->get_array())
      out.push_back({kaito::json::Document(item), {}});
  }
  if (out.empty()) return kaito::fail(ErrorCode::parse, file + " holds no document");
  return out;
}

/// The operator that --kaito-version names.
kaito::Result<kaito::validate::Context> known_cluster(const RenderFlags& flags) {
  kaito::validate::Context cluster;
  if (!flags.kaito_version.empty()) {
    KAITO_TRY(const auto* profile, kaito::render::find_profile(flags.kaito_version));
    cluster.operator_release = profile->release;
  }
  return cluster;
}

kaito::Result<std::vector<RenderItem>> built_documents(Context& context, const RenderFlags& flags,
                                                       const kaito::catalog::Catalog& catalog) {
  KAITO_TRY(const auto request, model_request(context, flags.model));
  KAITO_TRY(auto built,
            kaito::ops::build_from_model(request, catalog, [&] { return known_cluster(flags); }));
  for (const auto& note : built.notes)
    context.note(note);
  std::vector<RenderItem> out;
  for (auto& object : built.objects)
    out.push_back({std::move(object), {}});
  return out;
}

kaito::Result<void> sort_in(Context& context, std::vector<RenderItem> documents,
                            RenderRequest& request) {
  for (auto& document : documents) {
    const auto& value = document.value.value();
    const std::string kind(string_at(value, {"kind"}));
    if (kind == "Workspace" || kind == "InferenceSet") {
      request.items.push_back(std::move(document));
    } else if (kind == "Secret") {
      context.note("Secret " + std::string(string_at(value, {"metadata", "name"})) +
                   " is left out: apply it yourself");
    } else if (kind == "ConfigMap" || kind == "PersistentVolumeClaim" || kind == "ServiceAccount") {
      if (kind == "ConfigMap")
        request.input.config_maps.push_back(kaito::render::config_map_facts(value));
      request.companions.push_back(std::move(document.value));
    } else {
      const auto place = document.places.of(kaito::FieldPath("kind")).text();
      context.note((place.empty() ? "" : place + ": ") + "the kind " + kind + " is passed over");
    }
  }
  return {};
}

kaito::Result<void> read_nodes(Context& context, const std::string& file, RenderRequest& request) {
  if (file.empty()) return {};
  KAITO_TRY(const auto documents, read_documents(context, file));
  for (const auto& document : documents) {
    const auto& value = document.value.value();
    if (string_at(value, {"kind"}) != "Node")
      return kaito::fail(ErrorCode::parse, file + " holds an object that is not a Node",
                         "kubectl get nodes -o yaml");
    request.input.nodes.push_back(kaito::render::node_facts(value));
    request.own_nodes.push_back(
        {request.input.nodes.back().name, request.input.nodes.back().labels});
  }
  return {};
}

/// Whether a Workspace or set names an instance type.
bool names_instance_type(const kaito::json::Value& value) {
  return !string_at(value, {"resource", "instanceType"}).empty() ||
         !string_at(value, {"spec", "template", "resource", "instanceType"}).empty();
}

kaito::Result<void> apply_settings(Context& context, const RenderFlags& flags,
                                   RenderRequest& request) {
  auto& input = request.input;
  input.cloud = flags.model.cloud.empty() ? "azure" : flags.model.cloud;
  if (!flags.kaito_version.empty()) {
    KAITO_TRY(input.profile, kaito::render::find_profile(flags.kaito_version));
  }
  if (!flags.registry.empty()) input.registry = flags.registry;
  KAITO_CHECK(kaito::render::set_gates(input.gates, flags.feature_gates));
  input.nvme_storage_class = !flags.no_nvme_storage;
  input.streaming = {flags.mirror_storage_class, flags.streaming_service_account,
                     flags.mirror_volume_handle};
  const auto& given = context.flags().cluster.namespace_;
  if (!given.empty()) input.namespace_ = given;
  KAITO_CHECK(read_nodes(context, flags.nodes_file, request));
  if (!flags.provisioner.empty()) {
    KAITO_TRY(input.provisioner, kaito::render::parse_provisioner(flags.provisioner));
    return {};
  }
  // An old v1alpha1 Workspace without an instance type gets the default of its version.
  bool own = !request.items.empty();
  for (const auto& item : request.items)
    own = own && !names_instance_type(item.value.value());
  if (own) input.provisioner = kaito::render::Provisioner::byo;
  return {};
}

}  // namespace

void add_render_flags(CommandLine& command, RenderFlags& flags) {
  add_model_flags(command, flags.model);
  command
      .text("--nodes", flags.nodes_file,
            "Node objects (kubectl get nodes -o yaml): the GPUs of own nodes", "FILE")
      .text("--kaito-version", flags.kaito_version,
            "The operator's release: v0.12.0 (default) or v0.3.2", "VERSION")
      .choice("--provisioner", flags.provisioner, {"gpu-provisioner", "karpenter", "byo"},
              "Who makes the nodes (default: gpu-provisioner; byo without an instance type)")
      .texts("--only", flags.only, "Only objects of this kind; repeatable", "KIND")
      .text("--output-dir", flags.output_dir,
            "Write one file per object and a kustomization.yaml into this folder", "DIR")
      .flag("--force", flags.force, "Render what validation rejects, too")
      .text("--registry", flags.registry, "Registry of the preset images", "REGISTRY")
      .text("--feature-gates", flags.feature_gates,
            "The operator's gates: enableMIG=true,ModelStreaming=true", "GATES")
      .flag("--no-nvme-storage", flags.no_nvme_storage,
            "The cluster has no StorageClass kaito-local-nvme-disk")
      .text("--mirror-storage-class", flags.mirror_storage_class,
            "Model streaming: the StorageClass of the mirror", "CLASS")
      .text("--mirror-volume-handle", flags.mirror_volume_handle,
            "Model streaming: GROUP#ACCOUNT#CONTAINER of the mirror's volume", "HANDLE")
      .text("--streaming-service-account", flags.streaming_service_account,
            "Model streaming: the ServiceAccount of the pods", "NAME")
      .text("-o,--output", flags.output, "yaml (default) or json", "FORMAT")
      .footer(
          "Examples:\n"
          "  kaitoctl render -f workspace.yaml | kubectl apply -f -\n"
          "  kaitoctl render phi-3-mini --instance-type Standard_NC24ads_A100_v4 --only "
          "StatefulSet\n"
          "  kaitoctl render -f workspace.yaml --provisioner karpenter --output-dir manifests");
}

kaito::Result<RenderRequest> render_request(Context& context, const RenderFlags& flags) {
  RenderRequest request;
  KAITO_TRY(request.input.catalog, context.catalog());
  KAITO_CHECK(check_combination(flags.model));
  if (flags.model.files.empty()) {
    KAITO_TRY(auto built, built_documents(context, flags, *request.input.catalog));
    KAITO_CHECK(sort_in(context, std::move(built), request));
  }
  for (const auto& file : flags.model.files) {
    KAITO_TRY(auto documents, read_documents(context, file));
    KAITO_CHECK(sort_in(context, std::move(documents), request));
  }
  if (request.items.empty())
    return kaito::fail(ErrorCode::parse, "there is no Workspace or InferenceSet to render");
  KAITO_CHECK(apply_settings(context, flags, request));
  return request;
}

}  // namespace kaitoctl::commands
