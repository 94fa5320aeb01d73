#include "kaito/ops/deploy.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"
#include "ops/changes.hpp"
#include "ops/documents.hpp"
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

/// What the rules go by; it refers to the facts' nodes.
validate::Context context_of(const DeployOptions& options, const ClusterFacts& facts,
                             const catalog::Catalog& catalog) {
  validate::Context context = facts.context;
  context.catalog = &catalog;
  if (!options.cloud.empty()) context.cloud = options.cloud;
  if (facts.nodes) context.nodes = &*facts.nodes;
  return context;
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

/// Findings of an update that the operator would refuse.
Result<void> check_stored(const DeployItem& item, const json::Document& stored,
                          const validate::Context& context) {
  if (!stored) return {};
  const std::string subject = item.type.kind + " \"" + item.name + "\"";
  if (json::find(stored.value(), {"metadata", "deletionTimestamp"}) != nullptr)
    return fail(ErrorCode::conflict,
                subject + " in namespace \"" + item.namespace_ + "\" is being deleted",
                "try again when it is gone");
  if (item.kind != DeployItem::Kind::workspace) return {};
  const auto before = api::decode_workspace(stored.value());
  const auto after = api::decode_workspace(item.object.value());
  auto findings = validate::check_update(before.object, after.object, context);
  if (validate::worst(findings) != Severity::error) return {};
  for (auto& finding : findings)
    finding.place = item.place(finding.path);
  auto error = findings_error(std::move(findings));
  error.message = subject + " exists in namespace \"" + item.namespace_ +
                  "\" and cannot become what is asked for: " + error.message;
  error.hint = "choose another name, or delete it first: kaitoctl delete " + item.name;
  return fail(std::move(error));
}

/// A prepared item: what is stored, and what the server says it would become.
struct Prepared {
  DeployItem item;
  json::Document stored;
  json::Document rehearsal;  ///< the answer to the dry run; absent where there was none
  std::vector<std::string> changes;
};

/// The part of a deploy that talks to the cluster.
class Deployment {
 public:
  Deployment(kube::Client& client, const DeployOptions& options, const validate::Context& context,
             const EventSink& events, const CallLimits& limits)
      : client_(client), options_(options), context_(context), events_(events), limits_(limits) {}

  /// Everything that can be refused is refused here, before the first write.
  Result<Prepared> prepare(DeployItem item) {
    const bool companion = item.kind == DeployItem::Kind::companion;
    if (!companion) {
      KAITO_TRY(const auto version, version_for(item));
      convert_item(item, version, options_, events_);
    }
    Prepared prepared;
    KAITO_TRY(prepared.stored, stored_object(item));
    KAITO_CHECK(check_stored(item, prepared.stored, context_));
    KAITO_TRY(prepared.rehearsal, rehearse(item, prepared.stored));
    if (prepared.stored && prepared.rehearsal)
      prepared.changes = changes_between(item, prepared.stored, prepared.rehearsal);
    tell_changes(item, prepared.changes);
    if (companion && (!prepared.stored || !prepared.changes.empty())) companions_settled_ = false;
    prepared.item = std::move(item);
    return prepared;
  }

  Result<Deployed> send(const Prepared& prepared) {
    const auto& item = prepared.item;
    Deployed deployed;
    deployed.kind = item.type.kind;
    deployed.name = item.name;
    deployed.namespace_ = item.namespace_;
    deployed.changes = prepared.changes;
    const bool only_rehearse = options_.write.dry_run == k8s::DryRun::server && prepared.rehearsal;
    if (only_rehearse) {
      deployed.object = prepared.rehearsal;
    } else {
      KAITO_TRY(deployed.object, apply(item, options_.write, prepared.stored));
    }
    if (prepared.stored && !prepared.rehearsal) {
      deployed.changes = changes_between(item, prepared.stored, deployed.object);
      tell_changes(item, deployed.changes);
    }
    deployed.outcome = outcome(prepared.stored, deployed);
    deployed.object = without_secrets(std::move(deployed.object));
    return deployed;
  }

 private:
  /// The version in which to send the item: what was asked for, else the newest that is served.
  Result<std::string> version_for(const DeployItem& item) {
    if (!options_.api_version.empty()) return options_.api_version;
    auto& known = item.kind == DeployItem::Kind::workspace ? workspace_version_ : set_version_;
    if (known.empty()) {
      if (item.kind == DeployItem::Kind::workspace) {
        KAITO_TRY(known, newest_version());
      } else {
        // Its v1beta1 came later than the Workspace's, so that the group's versions do not tell.
        KAITO_TRY(const bool served, client_.serves(k8s::types::inference_set(), limits_));
        known = served ? "v1beta1" : "v1alpha1";
      }
    }
    return known;
  }

  Result<std::string> newest_version() {
    auto versions = client_.served_versions("kaito.sh", limits_);
    if (!versions) {
      if (versions.error().code != ErrorCode::not_served) return fail(std::move(versions.error()));
      return fail(kaito_not_installed(std::move(versions.error()), "Workspace"));
    }
    for (const auto& version : *versions) {
      if (api::parse_api_version(version)) return version;
    }
    return fail(ErrorCode::not_served,
                "this cluster serves kaito.sh only as " + join(*versions, ", ") +
                    ", which kaitoctl does not know",
                "a newer kaitoctl may");
  }

  /// The object of that name in the cluster; absent when there is none.
  Result<json::Document> stored_object(const DeployItem& item) {
    auto found = client_.get({item.type, item.namespace_, item.name}, limits_);
    if (found) return std::move(*found);
    if (found.error().code == ErrorCode::not_found) return json::Document();
    return fail(explained(std::move(found.error()), item, {}));
  }

  /// What the server would make of it; absent where that cannot be known yet: the operator's
  /// webhook looks for the companions, of which some are yet to come.
  Result<json::Document> rehearse(const DeployItem& item, const json::Document& stored) {
    auto write = options_.write;
    write.dry_run = k8s::DryRun::server;
    auto rehearsed = apply(item, write, stored);
    const bool may_pass_later = item.kind != DeployItem::Kind::companion && !companions_settled_;
    if (!rehearsed && may_pass_later && is_of_webhook(rehearsed.error())) return json::Document();
    return rehearsed;
  }

  static bool is_of_webhook(const Error& error) {
    const auto* status = k8s::status_of(error);
    return status != nullptr && status->message.starts_with("admission webhook \"");
  }

  Result<json::Document> apply(const DeployItem& item, const k8s::WriteOptions& write,
                               const json::Document& stored) {
    auto applied =
        client_.apply({item.type, item.namespace_, item.name}, item.object.value(), write, limits_);
    if (applied) return std::move(*applied);
    return fail(explained(std::move(applied.error()), item, stored));
  }

  static Error explained(Error error, const DeployItem& item, const json::Document& stored) {
    if (error.code == ErrorCode::not_served && item.kind != DeployItem::Kind::companion)
      return kaito_not_installed(std::move(error), item.type.kind);
    return explain_refusal(std::move(error), item, stored);
  }

  void tell_changes(const DeployItem& item, const std::vector<std::string>& changes) {
    for (const auto& change : changes)
      tell(events_, Event::Kind::note, subject_of(item) + ": " + change);
  }

  /// A dry run's answer has no resourceVersion of its own to go by.
  Deployed::Outcome outcome(const json::Document& stored, const Deployed& deployed) const {
    if (!stored) return Deployed::Outcome::created;
    const bool same = options_.write.dry_run == k8s::DryRun::server
                          ? deployed.changes.empty()
                          : string_at(stored.value(), {"metadata", "resourceVersion"}) ==
                                string_at(deployed.object.value(), {"metadata", "resourceVersion"});
    return same ? Deployed::Outcome::unchanged : Deployed::Outcome::changed;
  }

  kube::Client& client_;
  const DeployOptions& options_;
  const validate::Context& context_;
  const EventSink& events_;
  const CallLimits& limits_;
  std::string workspace_version_;  ///< "" = not asked for yet
  std::string set_version_;
  bool companions_settled_ = true;  ///< all there already, and as they are to be
};

/// What a client dry run shows: the objects as they would be sent.
std::vector<Deployed> show_only(std::vector<DeployItem> items, const DeployOptions& options,
                                const EventSink& events) {
  std::vector<Deployed> shown;
  for (auto& item : items) {
    if (!options.api_version.empty()) convert_item(item, options.api_version, options, events);
    shown.push_back({Deployed::Outcome::dry_run,
                     without_secrets(std::move(item.object)),
                     item.type.kind,
                     item.name,
                     item.namespace_,
                     {}});
  }
  return shown;
}

/// The options with the version in its short form. A field that the server does not know is
/// refused, as kubectl's --validate=true has it.
Result<DeployOptions> checked(DeployOptions options) {
  if (options.write.field_validation == k8s::FieldValidation::server_default)
    options.write.field_validation = k8s::FieldValidation::strict;
  if (options.api_version.empty()) return options;
  const auto version = api::parse_api_version(options.api_version);
  if (!version)
    return fail(ErrorCode::usage, "kaito.sh has no version \"" + options.api_version + "\"",
                "take v1beta1 or v1alpha1");
  options.api_version = api::to_string(*version);
  return options;
}

}  // namespace

Result<void> check_documents(const std::vector<DeployDocument>& documents,
                             const DeployOptions& options, const catalog::Catalog& catalog,
                             const EventSink& events) {
  KAITO_TRY(const auto sound, checked(options));
  KAITO_TRY(const auto items, deploy_items(documents, sound));
  return check_items(items, context_of(sound, {}, catalog), events);
}

Result<std::vector<Deployed>> deploy(kube::Client* client,
                                     const std::vector<DeployDocument>& documents,
                                     const DeployOptions& options, const catalog::Catalog& catalog,
                                     const EventSink& events, const CallLimits& limits) {
  KAITO_TRY(const auto sound, checked(options));
  KAITO_TRY(auto items, deploy_items(documents, sound));
  const bool offline = client == nullptr || sound.client_dry_run;
  ClusterFacts facts;
  if (!offline) {
    KAITO_TRY(facts, sound.cluster ? *sound.cluster : cluster_facts(*client, {}, limits));
  }
  const auto context = context_of(sound, facts, catalog);
  KAITO_CHECK(check_items(items, context, events));
  if (offline) return show_only(std::move(items), sound, events);

  Deployment deployment(*client, sound, context, events, limits);
  std::vector<Prepared> prepared;
  for (auto& item : items) {
    KAITO_TRY(auto one, deployment.prepare(std::move(item)));
    prepared.push_back(std::move(one));
  }
  std::vector<Deployed> deployed;
  for (const auto& one : prepared) {
    auto sent = deployment.send(one);
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
