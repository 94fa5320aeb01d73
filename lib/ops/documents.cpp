#include "ops/documents.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

namespace kaito::ops {

using json::string_at;
using validate::Finding;
using validate::Severity;

namespace {

FieldPath appended(FieldPath path, const FieldPath& tail) {
  for (const auto& step : tail.steps()) {
    if (const auto* key = std::get_if<std::string>(&step))
      path = path.key(*key);
    else
      path = path.index(std::get<std::size_t>(step));
  }
  return path;
}

/// A message that begins with the place, where one is known.
std::string placed(const SourcePlace& place, const std::string& message) {
  const std::string text = place.file.empty() ? "" : place.text();
  return text.empty() ? message : text + ": " + message;
}

/// The kinds that may ride along with a Workspace.
std::optional<k8s::ResourceType> companion_type(std::string_view api_version,
                                                std::string_view kind) {
  if (api_version != "v1") return std::nullopt;
  if (kind == "ConfigMap") return k8s::types::config_map();
  if (kind == "Secret") return k8s::types::secret();
  if (kind == "PersistentVolumeClaim")
    return k8s::ResourceType{"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true};
  if (kind == "ServiceAccount")
    return k8s::ResourceType{"", "v1", "ServiceAccount", "serviceaccounts", true};
  return std::nullopt;
}

/// Says the namespace in the object, where the document left it to the command line.
void set_namespace(DeployItem& item) {
  auto* meta = item.object.value().get_object().if_contains("metadata");
  if (meta == nullptr || !meta->is_object() || item.namespace_.empty()) return;
  auto& fields = meta->get_object();
  const auto* said = fields.if_contains("namespace");
  if (said == nullptr || said->is_null()) fields["namespace"] = item.namespace_;
}

Result<DeployItem> item_of(const json::Value& value, const DeployDocument& document,
                           FieldPath prefix, const DeployOptions& options) {
  DeployItem item;
  item.places = &document.places;
  item.prefix = std::move(prefix);
  const auto at = [&](const char* field) { return item.place(FieldPath(field)); };
  const auto api_version = string_at(value, {"apiVersion"});
  const auto kind = string_at(value, {"kind"});
  if (api_version.empty() || kind.empty())
    return fail(
        ErrorCode::invalid,
        placed(item.place({}), "this is not a Kubernetes object: apiVersion or kind is missing"));
  const bool kaito_kind = kind == "Workspace" || kind == "InferenceSet";
  const auto companion = companion_type(api_version, kind);
  if (kaito_kind) {
    const auto version = api::parse_api_version(api_version);
    if (!version || !api_version.starts_with("kaito.sh/"))
      return fail(ErrorCode::invalid,
                  placed(at("apiVersion"), "apiVersion \"" + std::string(api_version) +
                                               "\" is not one of the kind " + std::string(kind)),
                  "write kaito.sh/v1beta1");
    item.kind = kind == "Workspace" ? DeployItem::Kind::workspace : DeployItem::Kind::inference_set;
    item.type = kind == "Workspace" ? k8s::types::workspace(api::to_string(*version))
                                    : k8s::types::inference_set(api::to_string(*version));
  } else if (companion) {
    item.type = *companion;
  } else {
    return fail(
        ErrorCode::invalid,
        placed(at("kind"), "deploy does not take the kind " + std::string(kind) + " (" +
                               std::string(api_version) + ")"),
        "it takes Workspace and InferenceSet, and the ConfigMap, Secret, PersistentVolumeClaim and "
        "ServiceAccount they refer to; use kubectl apply for others");
  }
  item.name = string_at(value, {"metadata", "name"});
  // The name of a Workspace is looked at by the rules, with the rest of it.
  const bool generated = !string_at(value, {"metadata", "generateName"}).empty();
  if (item.name.empty() && (!kaito_kind || generated)) {
    return fail(
        ErrorCode::invalid, placed(at("metadata"), std::string(kind) + " has no metadata.name"),
        generated ? "deploy knows objects by their names: write name instead of generateName" : "");
  }
  item.namespace_ = string_at(value, {"metadata", "namespace"});
  if (options.namespace_given && !item.namespace_.empty() &&
      item.namespace_ != options.namespace_) {
    return fail(
        ErrorCode::invalid,
        placed(item.place(FieldPath("metadata").key("namespace")),
               std::string(kind) + " \"" + item.name + "\" says namespace \"" + item.namespace_ +
                   "\", the command line says \"" + options.namespace_ + "\""),
        "leave out -n, or change the file");
  }
  if (item.namespace_.empty()) item.namespace_ = options.namespace_;
  item.object = json::Document(value);
  set_namespace(item);
  return item;
}

/// Two documents about one object would undo each other's fields. Source: server-side apply gives
/// up what the same manager leaves out.
Result<void> check_distinct(const std::vector<DeployItem>& items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto first = std::find_if(items.begin(), items.end(), [&](const DeployItem& other) {
      return other.type.kind == items[i].type.kind && other.name == items[i].name &&
             other.namespace_ == items[i].namespace_;
    });
    if (items[i].name.empty() || first == items.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    const FieldPath name = FieldPath("metadata").key("name");
    const std::string earlier = first->place(name).text();
    return fail(ErrorCode::invalid,
                placed(items[i].place(name), items[i].type.kind + " \"" + items[i].name +
                                                 "\" stands here for a second time" +
                                                 (earlier.empty() ? "" : ", first at " + earlier)),
                "give one of them another name, or deploy one of them alone");
  }
  return {};
}

void sort_findings(std::vector<Finding>& findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
}

}  // namespace

SourcePlace DeployItem::place(const FieldPath& path) const {
  return places->of(appended(prefix, path));
}

Result<std::vector<DeployItem>> deploy_items(const std::vector<DeployDocument>& documents,
                                             const DeployOptions& options) {
  std::vector<DeployItem> items;
  for (const auto& document : documents) {
    const auto& value = document.value.value();
    const auto* list = json::find(value, {"items"});
    if (string_at(value, {"kind"}) != "List" || list == nullptr || !list->is_array()) {
      KAITO_TRY(auto item, item_of(value, document, {}, options));
      items.push_back(std::move(item));
      continue;
    }
    for (std::size_t i = 0; i < list->get_array().size(); ++i) {
      KAITO_TRY(auto item,
                item_of(list->get_array()[i], document, FieldPath("items").index(i), options));
      items.push_back(std::move(item));
    }
  }
  if (items.empty()) return fail(ErrorCode::invalid, "there is no object to deploy");
  KAITO_CHECK(check_distinct(items));
  std::stable_partition(items.begin(), items.end(), [](const DeployItem& item) {
    return item.kind == DeployItem::Kind::companion;
  });
  return items;
}

std::vector<Finding> findings_of(const DeployItem& item, const validate::Context& context) {
  std::vector<Finding> findings;
  if (item.kind == DeployItem::Kind::workspace) {
    const auto decoded = api::decode_workspace(item.object.value());
    findings = validate::check_workspace(decoded.object, decoded.problems, context);
  } else if (item.kind == DeployItem::Kind::inference_set) {
    const auto decoded = api::decode_inference_set(item.object.value());
    findings = validate::check_inference_set(decoded.object, decoded.problems, context);
  } else {
    findings = validate::check_companion(item.object.value());
  }
  for (auto& finding : findings)
    finding.place = item.place(finding.path);
  sort_findings(findings);
  return findings;
}

std::string finding_line(const Finding& finding) {
  std::string text = finding.path.empty() ? "" : finding.path.text() + ": ";
  text += finding.message + " [" + finding.code + "]";
  if (!finding.fix.empty()) text += "; " + finding.fix;
  return finding.place ? placed(*finding.place, text) : text;
}

Error findings_error(std::vector<Finding> findings) {
  const auto errors = std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Severity::error;
  });
  Error error{ErrorCode::invalid,
              std::to_string(errors) + (errors == 1 ? " error" : " errors") + "; nothing was sent",
              {},
              "",
              nullptr};
  auto payload = std::make_shared<Findings>();
  payload->findings = std::move(findings);
  error.payload = std::move(payload);
  return error;
}

}  // namespace kaito::ops
