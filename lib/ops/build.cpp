#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/ops/deploy.hpp"
#include "ops/instance_choice.hpp"

namespace kaito::ops {

namespace {

using boost::json::object;
using catalog::Catalog;

/// `NAME-headless` has to be a Service name of at most 63 characters; the Workspaces of an
/// InferenceSet are called `NAME-xxxxx`. Source: workspace-api.md T29, 2.1.
constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_name = longest_label - std::string_view("-headless").size();
constexpr std::size_t longest_set_name = longest_name - std::string_view("-xxxxx").size();

/// At most `most` characters, not ending in a dash.
std::string cut(std::string label, std::size_t most) {
  if (label.size() > most) label.resize(most);
  while (!label.empty() && label.back() == '-')
    label.pop_back();
  return label;
}

/// A model's name as part of an object's name: lower case, only letters, digits and dashes.
std::string as_label(std::string_view text) {
  std::string label;
  for (const char c : to_lower(text)) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (fine)
      label += c;
    else if (!label.empty() && label.back() != '-')
      label += '-';
  }
  return cut(std::move(label), longest_label);
}

/// The short model name: what was typed, or the last part of a Hugging Face id.
std::string short_name(const std::string& typed) {
  const auto slash = typed.rfind('/');
  return as_label(slash == std::string::npos ? typed : std::string_view(typed).substr(slash + 1));
}

Result<std::string> workspace_name(const ModelRequest& request) {
  const std::size_t most = request.replicas ? longest_set_name : longest_name;
  if (request.name.empty()) return cut("workspace-" + short_name(request.model), most);
  if (const auto problem = dns_label_problem(request.name); !problem.empty())
    return fail(ErrorCode::usage, "--name \"" + request.name + "\": " + problem);
  if (request.name.size() > most) {
    return fail(
        ErrorCode::usage,
        "--name \"" + request.name + "\" has more than " + std::to_string(most) + " characters",
        std::string("the operator adds \"") + (request.replicas ? "-xxxxx" : "") +
            "-headless\" for a Service, which may have 63");
  }
  return request.name;
}

Result<void> check_node_selector(const ModelRequest& request) {
  for (const auto& [key, value] : request.node_selector) {
    if (const auto problem = label_key_problem(key); !problem.empty())
      return fail(ErrorCode::usage, "--node-selector: the key \"" + key + "\" " + problem);
    if (const auto problem = label_value_problem(value); !problem.empty())
      return fail(ErrorCode::usage, "--node-selector: the value \"" + value + "\" " + problem);
  }
  return {};
}

/// The instance type: given, or the best of the plan; "" for own nodes.
Result<std::string> instance_type(const ModelRequest& request, const catalog::ResolvedPreset& model,
                                  const Catalog& catalog, const AskCluster& ask,
                                  std::vector<std::string>& notes) {
  if (!request.instance_type.empty()) {
    const auto* sku = catalog.find_sku(request.instance_type, request.cloud);
    if (sku == nullptr) sku = catalog.find_sku(request.instance_type);
    // One that the catalogue does not know is the validation's to judge.
    if (sku == nullptr || sku->name == request.instance_type) return request.instance_type;
    notes.push_back("instance type " + request.instance_type + " is written " + sku->name);
    return sku->name;
  }
  if (!request.node_selector.empty()) {
    notes.emplace_back("no instance type: your own nodes with these labels are used");
    return std::string();
  }
  validate::Context cluster;
  if (ask) {
    KAITO_TRY(cluster, ask());
  }
  KAITO_TRY(auto choice, choose_instance_type(request, model, cluster, catalog));
  notes.push_back("instance type " + choice.reason);
  return std::move(choice.name);
}

tl::unexpected<Error> not_an_adapter(const std::string& text) {
  return fail(ErrorCode::usage, "--adapter \"" + text + "\" is not NAME=IMAGE[@STRENGTH]",
              "for example: --adapter french=myregistry.io/phi-3-french:1");
}

/// NAME=IMAGE[@STRENGTH]; an image may have a digest of its own (@sha256:...).
Result<object> adapter(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    return not_an_adapter(text);
  std::string image = text.substr(equals + 1);
  std::string strength;
  if (const auto at = image.rfind('@');
      at != std::string::npos && image.find(':', at) == std::string::npos) {
    strength = image.substr(at + 1);
    image.resize(at);
    if (image.empty() || strength.empty()) return not_an_adapter(text);
  }
  object source;
  source["name"] = text.substr(0, equals);
  source["image"] = image;
  object entry;
  entry["source"] = std::move(source);
  if (!strength.empty()) entry["strength"] = strength;
  return entry;
}

Result<object> inference(const ModelRequest& request, const std::string& model,
                         const std::string& name) {
  object preset;
  preset["name"] = model;
  const std::string secret =
      request.hf_token.empty() ? request.model_access_secret : name + "-hf-token";
  if (!secret.empty()) {
    object options;
    options["modelAccessSecret"] = secret;
    preset["presetOptions"] = std::move(options);
  }
  object block;
  block["preset"] = std::move(preset);
  if (!request.config_text.empty())
    block["config"] = name + "-config";
  else if (!request.config_map.empty())
    block["config"] = request.config_map;
  if (!request.adapters.empty()) {
    boost::json::array adapters;
    for (const auto& text : request.adapters) {
      KAITO_TRY(auto entry, adapter(text));
      adapters.push_back(std::move(entry));
    }
    block["adapters"] = std::move(adapters);
  }
  return block;
}

object metadata(const ModelRequest& request, const std::string& name) {
  object meta;
  meta["name"] = name;
  object annotations;
  if (!request.runtime.empty()) annotations["kaito.sh/runtime"] = request.runtime;
  if (request.expose) annotations["kaito.sh/enablelb"] = "True";
  if (!annotations.empty()) meta["annotations"] = std::move(annotations);
  return meta;
}

object label_selector(const ModelRequest& request, const std::string& app) {
  object labels;
  // The selector needs a label that is not KAITO's own; own nodes bring theirs.
  if (request.node_selector.empty() || !request.instance_type.empty()) labels["apps"] = app;
  for (const auto& [key, value] : request.node_selector)
    labels[key] = value;
  object selector;
  selector["matchLabels"] = std::move(labels);
  return selector;
}

object workspace(const ModelRequest& request, const std::string& name, const std::string& app,
                 const std::string& sku, object inference_block) {
  object resource;
  if (!sku.empty()) resource["instanceType"] = sku;
  resource["labelSelector"] = label_selector(request, app);
  object result;
  result["apiVersion"] = "kaito.sh/v1beta1";
  result["kind"] = "Workspace";
  result["metadata"] = metadata(request, name);
  result["resource"] = std::move(resource);
  result["inference"] = std::move(inference_block);
  return result;
}

object inference_set(const ModelRequest& request, const std::string& name, const std::string& app,
                     const std::string& sku, object inference_block) {
  object meta = metadata(request, name);
  object child;
  // The children take their runtime from the template, not from the set. Source: workspace-api.md
  // T34.
  if (const auto* annotations = meta.if_contains("annotations")) {
    object child_meta;
    child_meta["annotations"] = *annotations;
    child["metadata"] = std::move(child_meta);
  }
  if (!sku.empty()) {
    object resource;
    resource["instanceType"] = sku;
    child["resource"] = std::move(resource);
  }
  child["inference"] = std::move(inference_block);
  object spec;
  spec["replicas"] = *request.replicas;
  spec["labelSelector"] = label_selector(request, app);
  spec["template"] = std::move(child);
  object result;
  result["apiVersion"] = "kaito.sh/v1beta1";
  result["kind"] = "InferenceSet";
  result["metadata"] = std::move(meta);
  result["spec"] = std::move(spec);
  return result;
}

json::Document companion(const char* kind, const std::string& name, const char* field,
                         const char* key, const std::string& text) {
  object meta;
  meta["name"] = name;
  object data;
  data[key] = text;
  object result;
  result["apiVersion"] = "v1";
  result["kind"] = kind;
  result["metadata"] = std::move(meta);
  result[field] = std::move(data);
  return json::Document(json::Value(std::move(result)));
}

}  // namespace

Result<Built> build_from_model(const ModelRequest& request, const Catalog& catalog,
                               const AskCluster& ask) {
  Built built;
  KAITO_TRY(const auto model, catalog.resolve(request.model));
  if (model.differs) built.notes.push_back(request.model + " is " + model.name);
  KAITO_TRY(built.name, workspace_name(request));
  KAITO_CHECK(check_node_selector(request));
  KAITO_TRY(auto block, inference(request, model.name, built.name));
  KAITO_TRY(const auto sku, instance_type(request, model, catalog, ask, built.notes));
  if (request.expose)
    built.notes.emplace_back(
        "the load balancer's address has no authentication: anyone who reaches it can use the "
        "model");

  if (!request.config_text.empty())
    built.objects.push_back(companion("ConfigMap", built.name + "-config", "data",
                                      "inference_config.yaml", request.config_text));
  if (!request.hf_token.empty())
    built.objects.push_back(
        companion("Secret", built.name + "-hf-token", "stringData", "HF_TOKEN", request.hf_token));
  const std::string app = short_name(request.model);
  auto object = request.replicas ? inference_set(request, built.name, app, sku, std::move(block))
                                 : workspace(request, built.name, app, sku, std::move(block));
  built.objects.emplace_back(json::Value(std::move(object)));
  return built;
}

}  // namespace kaito::ops
