#include "kaito/ops/deploy.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/difference.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"
#include "ops/documents.hpp"
#include "ops/operator_release.hpp"
#include "ops/workspaces.hpp"

namespace kaito::ops {

using json::string_at;
using validate::Finding;
using validate::Severity;

namespace {

void tell(const EventSink& events, Event::Kind kind, std::string text) {
  if (events) events({kind, std::move(text), ""});
}

/// Fails with all findings when one is an error; tells the others as warnings.
Result<void> check_items(const std::vector<DeployItem>& items, const validate::Context& context,
                         const EventSink& events) {
  std::vector<Finding> all;
  for (const auto& item : items) {
    auto findings = findings_of(item, context);
    all.insert(all.end(), std::make_move_iterator(findings.begin()),
               std::make_move_iterator(findings.end()));
  }
  if (validate::worst(all) == Severity::error) return fail(findings_error(std::move(all)));
  for (const auto& finding : all)
    tell(events, finding.severity == Severity::info ? Event::Kind::note : Event::Kind::warning,
         finding_line(finding));
  return {};
}

validate::Context context_of(const DeployOptions& options, const catalog::Catalog& catalog) {
  validate::Context context;
  context.catalog = &catalog;
  context.cloud = options.cloud;
  return context;
}

/// The version in which to send the item: what was asked for, else the newest that is served.
Result<std::string> version_to_send(kube::Client* client, const DeployItem& item,
                                    const DeployOptions& options, const CallLimits& limits) {
  if (!options.api_version.empty()) return options.api_version;
  if (client == nullptr) return item.type.version;
  if (item.kind == DeployItem::Kind::inference_set) {
    // Its v1beta1 came later than the Workspace's, so that the group's versions do not tell.
    KAITO_TRY(const bool served, client->serves(k8s::types::inference_set(), limits));
    return std::string(served ? "v1beta1" : "v1alpha1");
  }
  auto versions = client->served_versions("kaito.sh", limits);
  if (!versions) {
    if (versions.error().code != ErrorCode::not_served) return fail(std::move(versions.error()));
    return fail(kaito_not_installed(std::move(versions.error())));
  }
  for (const auto& version : *versions) {
    if (api::parse_api_version(version)) return version;
  }
  return fail(ErrorCode::not_served,
              "this cluster serves kaito.sh only as " + join(*versions, ", ") +
                  ", which kaitoctl does not know",
              "a newer kaitoctl may");
}

std::string subject_of(const DeployItem& item) {
  const std::string& file = item.places->file();
  return file.empty() ? item.type.kind + " \"" + item.name + "\""
                      : file + ": " + item.type.kind + " \"" + item.name + "\"";
}

/// Rewrites the item in `version`, where it is written in the other one, and says so.
void convert_item(DeployItem& item, const std::string& version, const DeployOptions& options,
                  const EventSink& events) {
  if (item.kind == DeployItem::Kind::companion || item.type.version == version) return;
  const auto to = *api::parse_api_version(version);
  std::vector<api::ConversionNote> notes;
  if (item.kind == DeployItem::Kind::workspace) {
    auto decoded = api::decode_workspace(item.object.value());
    notes = api::convert(decoded.object, to);
    item.object = json::Document(api::encode_workspace(decoded.object));
  } else {
    auto decoded = api::decode_inference_set(item.object.value());
    notes = api::convert(decoded.object, to);
    item.object = json::Document(api::encode_inference_set(decoded.object));
  }
  const std::string why =
      options.api_version.empty() ? ", the newest that this cluster serves" : ", as asked";
  tell(events, Event::Kind::note,
       subject_of(item) + " is written in " + item.type.version + "; sent as " + version + why);
  for (const auto& note : notes)
    tell(events, Event::Kind::warning,
         subject_of(item) + ": " + note.path.text() + ": " + note.message);
  item.type.version = version;
}

/// The object of that name in the cluster; absent when there is none.
Result<json::Document> stored_object(kube::Client& client, const DeployItem& item,
                                     const CallLimits& limits) {
  auto found = client.get({item.type, item.namespace_, item.name}, limits);
  if (found) return std::move(*found);
  if (found.error().code == ErrorCode::not_found) return json::Document();
  if (found.error().code == ErrorCode::not_served)
    return fail(kaito_not_installed(std::move(found.error())));
  return fail(std::move(found.error()));
}

/// Findings of an update that the operator would refuse.
Result<void> check_stored(const DeployItem& item, const json::Document& stored,
                          const validate::Context& context) {
  if (!stored || item.kind != DeployItem::Kind::workspace) return {};
  const auto before = api::decode_workspace(stored.value());
  const auto after = api::decode_workspace(item.object.value());
  auto findings = validate::check_update(before.object, after.object, context);
  if (validate::worst(findings) != Severity::error) return {};
  for (auto& finding : findings)
    finding.place = item.place(finding.path);
  auto error = findings_error(std::move(findings));
  error.message = item.type.kind + " \"" + item.name + "\" exists in namespace \"" +
                  item.namespace_ + "\" and cannot become what is asked for: " + error.message;
  error.hint = "choose another name, or delete it first: kaitoctl delete " + item.name;
  return fail(std::move(error));
}

/// A conflict over fields as people need it: which field, whose.
Error explain_conflict(Error error, const DeployItem& item) {
  const auto* status = k8s::status_of(error);
  if (status == nullptr || !status->is_field_conflict()) return error;
  std::string text =
      item.type.kind + " \"" + item.name + "\": other writers own fields that this would change:";
  for (const auto& cause : status->causes) {
    constexpr std::string_view lead = "conflict with ";
    std::string owner = cause.message;
    if (owner.starts_with(lead)) owner.erase(0, lead.size());
    text += "\n  " + cause.field + " is owned by " + owner;
  }
  error.message = std::move(text);
  error.hint = "leave these fields as they are, or take them over with --force-conflicts";
  return error;
}

Result<json::Document> apply(kube::Client& client, const DeployItem& item,
                             const k8s::WriteOptions& write, const CallLimits& limits) {
  auto applied =
      client.apply({item.type, item.namespace_, item.name}, item.object.value(), write, limits);
  if (applied) return std::move(*applied);
  if (applied.error().code == ErrorCode::not_served && item.kind != DeployItem::Kind::companion)
    return fail(kaito_not_installed(std::move(applied.error())));
  return fail(explain_conflict(std::move(applied.error()), item));
}

std::string shown(const json::Document& value) {
  return value ? shorten(json::write(value.value()), 80) : "(none)";
}

/// The fields that an update changes. Secret data is named, not shown.
std::vector<std::string> changes_between(const DeployItem& item, const json::Document& before,
                                         const json::Document& after) {
  static constexpr std::string_view server_owned[] = {"status",
                                                      "metadata.managedFields",
                                                      "metadata.resourceVersion",
                                                      "metadata.generation",
                                                      "metadata.creationTimestamp",
                                                      "metadata.uid"};
  std::vector<std::string> lines;
  for (const auto& difference : json::differences(before.value(), after.value())) {
    const std::string path = difference.path.text();
    const bool ours =
        std::none_of(std::begin(server_owned), std::end(server_owned), [&](std::string_view field) {
          return path == field || path.starts_with(std::string(field) + ".") ||
                 path.starts_with(std::string(field) + "[");
        });
    if (!ours) continue;
    lines.push_back(item.type.kind == "Secret" ? path + " changes"
                                               : path + ": " + shown(difference.before) + " -> " +
                                                     shown(difference.after));
  }
  return lines;
}

/// A prepared item: what is stored, and what the server says it would become.
struct Prepared {
  DeployItem item;
  json::Document stored;
  std::vector<std::string> changes;
};

/// Everything that can be refused is refused here, for all items, before the first write. A dry run
/// on the server asks its admission too, unless the item refers to companions that do not exist
/// yet.
Result<Prepared> prepare(kube::Client& client, DeployItem item, bool rehearse,
                         const DeployOptions& options, const validate::Context& context,
                         const EventSink& events, const CallLimits& limits) {
  if (item.kind != DeployItem::Kind::companion) {
    KAITO_TRY(const auto version, version_to_send(&client, item, options, limits));
    convert_item(item, version, options, events);
  }
  Prepared prepared;
  KAITO_TRY(prepared.stored, stored_object(client, item, limits));
  KAITO_CHECK(check_stored(item, prepared.stored, context));
  if (rehearse) {
    auto write = options.write;
    write.dry_run = k8s::DryRun::server;
    KAITO_TRY(const auto result, apply(client, item, write, limits));
    if (prepared.stored) prepared.changes = changes_between(item, prepared.stored, result);
  }
  for (const auto& change : prepared.changes)
    tell(events, Event::Kind::note, subject_of(item) + ": " + change);
  prepared.item = std::move(item);
  return prepared;
}

Result<Deployed> send(kube::Client& client, const Prepared& prepared, const DeployOptions& options,
                      const CallLimits& limits) {
  const auto& item = prepared.item;
  Deployed deployed;
  deployed.kind = item.type.kind;
  deployed.name = item.name;
  deployed.namespace_ = item.namespace_;
  deployed.changes = prepared.changes;
  KAITO_TRY(deployed.object, apply(client, item, options.write, limits));
  if (!prepared.stored) {
    deployed.outcome = Deployed::Outcome::created;
  } else {
    const bool same = options.write.dry_run == k8s::DryRun::server
                          ? prepared.changes.empty()
                          : string_at(prepared.stored.value(), {"metadata", "resourceVersion"}) ==
                                string_at(deployed.object.value(), {"metadata", "resourceVersion"});
    deployed.outcome = same ? Deployed::Outcome::unchanged : Deployed::Outcome::changed;
  }
  return deployed;
}

/// What a client dry run shows: the objects as they would be sent.
Result<std::vector<Deployed>> show_only(std::vector<DeployItem> items, const DeployOptions& options,
                                        const EventSink& events) {
  std::vector<Deployed> shown_items;
  for (auto& item : items) {
    if (!options.api_version.empty()) convert_item(item, options.api_version, options, events);
    shown_items.push_back({Deployed::Outcome::dry_run,
                           std::move(item.object),
                           item.type.kind,
                           item.name,
                           item.namespace_,
                           {}});
  }
  return shown_items;
}

}  // namespace

Result<void> check_documents(const std::vector<DeployDocument>& documents,
                             const DeployOptions& options, const catalog::Catalog& catalog,
                             const EventSink& events) {
  KAITO_TRY(const auto items, deploy_items(documents, options));
  return check_items(items, context_of(options, catalog), events);
}

Result<std::vector<Deployed>> deploy(kube::Client* client,
                                     const std::vector<DeployDocument>& documents,
                                     const DeployOptions& options, const catalog::Catalog& catalog,
                                     const EventSink& events, const CallLimits& limits) {
  KAITO_TRY(auto items, deploy_items(documents, options));
  auto context = context_of(options, catalog);
  if (client != nullptr && !options.client_dry_run)
    context.operator_release = operator_release(*client, limits);
  KAITO_CHECK(check_items(items, context, events));
  if (client == nullptr || options.client_dry_run)
    return show_only(std::move(items), options, events);

  const bool rehearse = std::none_of(items.begin(), items.end(), [](const DeployItem& item) {
    return item.kind == DeployItem::Kind::companion;
  });
  std::vector<Prepared> prepared;
  for (auto& item : items) {
    KAITO_TRY(auto one,
              prepare(*client, std::move(item), rehearse, options, context, events, limits));
    prepared.push_back(std::move(one));
  }
  std::vector<Deployed> deployed;
  for (const auto& one : prepared) {
    auto sent = send(*client, one, options, limits);
    if (!sent) {
      auto error = std::move(sent.error());
      if (!deployed.empty())
        error.message += "\n" + std::to_string(deployed.size()) + " of " +
                         std::to_string(prepared.size()) +
                         " objects were already applied; running the same again is safe";
      return fail(std::move(error));
    }
    deployed.push_back(std::move(*sent));
  }
  return deployed;
}

}  // namespace kaito::ops
