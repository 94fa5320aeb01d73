#include "kaito/validate/review.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <deque>
#include <map>
#include <optional>

#include "kaito/api/inference_set.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "validate/companions.hpp"
#include "validate/suppression.hpp"

namespace kaito::validate {

using json::string_at;

namespace {

/// Where in a document an object stands: at its top, or in a List.
class PlacesOfObject {
 public:
  PlacesOfObject(const json::Places& places, std::optional<std::size_t> item)
      : places_(&places), item_(item) {}

  [[nodiscard]] const std::string& file() const { return places_->file(); }
  [[nodiscard]] SourcePlace of(const FieldPath& path) const {
    if (!item_) return places_->of(path);
    FieldPath whole = FieldPath("items").index(*item_);
    for (const auto& step : path.steps())
      whole = std::holds_alternative<std::string>(step) ? whole.key(std::get<std::string>(step))
                                                        : whole.index(std::get<std::size_t>(step));
    return places_->of(whole);
  }

 private:
  const json::Places* places_;
  std::optional<std::size_t> item_;
};

/// Of Workspaces that wait for a ConfigMap; when there are more, the first of them waits no longer.
/// So memory does not grow with the input.
constexpr std::size_t kMostWaiting = 4000;

struct PlacedReference {
  Reference reference;
  SourcePlace place;
};

/// A Workspace (or the one that a set makes) whose references are not all resolved yet.
struct Waiting {
  Reviewed reviewed;  ///< without findings
  api::Workspace workspace;
  std::vector<PlacedReference> references;
};

}  // namespace

struct Review::State {
  Context context;
  std::string namespace_;
  Sink sink;
  Elsewhere elsewhere;
  ReviewCounts counts;
  Companions companions;
  std::deque<Waiting> waiting;

  void add_object(const json::Value& value, const PlacesOfObject& places);
  void deliver(const Reviewed& reviewed);
  /// What is stored under that name where the reviewed object would go.
  json::Document find_stored(const Reviewed& reviewed, const std::string& name) const;
  void add_references(Waiting one);
  /// Whether all its references were found in the input; then they are judged.
  bool settle(const Waiting& one);
  void settle_elsewhere(const Waiting& one);
  void judge(const Waiting& one, const PlacedReference& placed, Companion& companion);
};

namespace {

Reviewed header_of(const json::Value& value, const PlacesOfObject& places,
                   const std::string& namespace_) {
  Reviewed reviewed;
  reviewed.file = places.file();
  reviewed.kind = string_at(value, {"kind"});
  reviewed.name = string_at(value, {"metadata", "name"});
  if (reviewed.name.empty()) reviewed.name = string_at(value, {"metadata", "generateName"});
  reviewed.namespace_ = string_at(value, {"metadata", "namespace"});
  if (reviewed.namespace_.empty()) reviewed.namespace_ = namespace_;
  return reviewed;
}

bool is_ours(const json::Value& value) {
  const auto kind = string_at(value, {"kind"});
  return (kind == "Workspace" || kind == "InferenceSet") &&
         string_at(value, {"apiVersion"}).starts_with("kaito.sh/");
}

void append(std::vector<Finding>& findings, std::vector<Finding> more) {
  for (auto& finding : more)
    findings.push_back(std::move(finding));
}

/// A document that seems to be meant for KAITO, and does not say so rightly.
bool is_misnamed(const json::Value& value) {
  const auto kind = string_at(value, {"kind"});
  const auto version = string_at(value, {"apiVersion"});
  if (version.starts_with("kaito.sh/")) return kind.empty();
  return version.empty() && (kind == "Workspace" || kind == "InferenceSet");
}

}  // namespace

void Review::State::deliver(const Reviewed& reviewed) {
  for (const auto& finding : reviewed.findings) {
    if (finding.severity == Severity::error)
      ++counts.errors;
    else
      ++(finding.severity == Severity::warning ? counts.warnings : counts.infos);
  }
  sink(reviewed);
}

json::Document Review::State::find_stored(const Reviewed& reviewed, const std::string& name) const {
  if (!elsewhere.stored || name.empty() || !dns_subdomain_problem(name).empty()) return {};
  auto found = elsewhere.stored(reviewed.kind, reviewed.namespace_, name);
  if (found.answer != Elsewhere::Answer::found) return {};
  return std::move(found.object);
}

void Review::State::add_object(const json::Value& value, const PlacesOfObject& places) {
  const auto kind = string_at(value, {"kind"});
  if (!is_ours(value) && !is_misnamed(value) && value.is_object()) {
    if (kind == "ConfigMap" || kind == "Secret")
      companions.add(value, header_of(value, places, namespace_),
                     [&](const FieldPath& path) { return places.of(path); });
    ++counts.passed_over;
    return;
  }
  ++counts.objects;
  Reviewed reviewed = header_of(value, places, namespace_);
  api::Workspace workspace;
  const bool of_set = kind == "InferenceSet";
  if (of_set) {
    const auto decoded = api::decode_inference_set(value);
    reviewed.findings = check_inference_set(decoded.object, decoded.problems, context);
    if (const auto stored = find_stored(reviewed, decoded.object.meta.name))
      append(reviewed.findings, check_set_update(api::decode_inference_set(stored.value()).object,
                                                 decoded.object, context));
    workspace = api::child_workspace(decoded.object);
    workspace.meta.annotations = decoded.object.meta.annotations;
  } else {
    auto decoded = api::decode_workspace(value);
    reviewed.findings = check_workspace(decoded.object, decoded.problems, context, &value);
    if (const auto stored = find_stored(reviewed, decoded.object.meta.name))
      append(reviewed.findings,
             check_update(api::decode_workspace(stored.value()).object, decoded.object, context));
    workspace = std::move(decoded.object);
  }
  for (auto& finding : reviewed.findings)
    finding.place = places.of(finding.path);
  deliver(reviewed);

  auto named = references(workspace);
  if (named.empty()) return;
  Waiting one;
  one.workspace = std::move(workspace);
  for (auto& reference : named) {
    if (of_set) reference.path = path_in_set(reference.path);
    const SourcePlace place = places.of(reference.path);
    one.references.push_back({std::move(reference), place});
  }
  reviewed.findings.clear();
  one.reviewed = std::move(reviewed);
  add_references(std::move(one));
}

void Review::State::add_references(Waiting one) {
  if (settle(one)) return;
  if (waiting.size() == kMostWaiting) {
    settle_elsewhere(waiting.front());
    waiting.pop_front();
  }
  waiting.push_back(std::move(one));
}

bool Review::State::settle(const Waiting& one) {
  for (const auto& placed : one.references)
    if (companions.find(placed.reference, one.reviewed.namespace_) == nullptr) return false;
  for (const auto& placed : one.references)
    judge(one, placed, *companions.find(placed.reference, one.reviewed.namespace_));
  return true;
}

void Review::State::judge(const Waiting& one, const PlacedReference& placed, Companion& companion) {
  if (companion.in_input && !companion.named) {
    companion.named = true;
    --counts.passed_over;
    ++counts.objects;
  }
  Reviewed reviewed = companion.header;
  const json::Value& object = companion.object.value();
  if (placed.reference.kind == Reference::Kind::config_map)
    reviewed.findings = check_config_map(one.workspace, object, context);
  else if (placed.reference.kind == Reference::Kind::access_secret)
    reviewed.findings = check_access_secret(one.workspace, object, context);
  for (auto& finding : reviewed.findings) {
    if (companion.in_input) {
      finding.place = companion.place(finding.path, finding.place);
    } else {
      // One that only the cluster has: what is wrong with it is shown where it is named.
      finding.message = companion.header.kind + " \"" + companion.header.name +
                        "\": " + finding.path.text() + ": " + finding.message;
      finding.place = placed.place;
      finding.path = placed.reference.path;
    }
  }
  if (companion.in_input)
    reviewed.findings.insert(reviewed.findings.begin(), companion.findings.begin(),
                             companion.findings.end());
  if (!companion.in_input) {
    const auto findings = std::move(reviewed.findings);
    reviewed = one.reviewed;
    reviewed.findings = findings;
  }
  if (!reviewed.findings.empty()) deliver(reviewed);
}

void Review::State::settle_elsewhere(const Waiting& one) {
  for (const auto& placed : one.references) {
    const Reference& reference = placed.reference;
    if (Companion* companion = companions.find(reference, one.reviewed.namespace_)) {
      judge(one, placed, *companion);
      continue;
    }
    Elsewhere::Found found;
    if (elsewhere.look_up)
      found = elsewhere.look_up(reference.kind, one.reviewed.namespace_, reference.name);
    if (found.answer == Elsewhere::Answer::found) {
      Companion companion;
      companion.header.kind =
          reference.kind == Reference::Kind::config_map ? "ConfigMap" : "Secret";
      companion.header.name = reference.name;
      companion.object = std::move(found.object);
      judge(one, placed, companion);
      continue;
    }
    const bool absent = found.answer == Elsewhere::Answer::absent;
    // That a Secret is not in the input is as it should be.
    if (!absent && reference.kind != Reference::Kind::config_map) continue;
    Reviewed reviewed = one.reviewed;
    Finding finding = missing_reference(one.workspace, reference, absent, context);
    finding.place = placed.place;
    reviewed.findings.push_back(std::move(finding));
    drop_ignored(reviewed.findings, one.workspace.meta.annotations);
    if (!reviewed.findings.empty()) deliver(reviewed);
  }
}

Review::Review(Context context, std::string namespace_, Sink sink, Elsewhere elsewhere)
    : state_(std::make_unique<State>()) {
  state_->context = std::move(context);
  state_->namespace_ = std::move(namespace_);
  state_->sink = std::move(sink);
  state_->elsewhere = std::move(elsewhere);
}

Review::Review(Review&&) noexcept = default;
Review& Review::operator=(Review&&) noexcept = default;
Review::~Review() = default;

void Review::add(const json::YamlDocument& document) {
  ++state_->counts.documents;
  const json::Value& value = document.value.value();
  const json::Value* items = json::find(value, {"items"});
  if (!string_at(value, {"kind"}).ends_with("List") || items == nullptr || !items->is_array()) {
    state_->add_object(value, {document.places, std::nullopt});
    return;
  }
  std::size_t position = 0;
  for (const auto& item : items->get_array())
    state_->add_object(item, {document.places, position++});
}

void Review::add_broken(const SourcePlace& place, std::string message) {
  ++state_->counts.documents;
  ++state_->counts.broken;
  Reviewed reviewed;
  reviewed.file = place.file;
  Finding finding;
  finding.code = "K000";
  finding.message = std::move(message);
  finding.place = place;
  reviewed.findings.push_back(std::move(finding));
  state_->deliver(reviewed);
}

void Review::finish() {
  const auto waiting = std::move(state_->waiting);
  state_->waiting.clear();
  for (const auto& one : waiting)
    state_->settle_elsewhere(one);
}

const ReviewCounts& Review::counts() const {
  return state_->counts;
}

}  // namespace kaito::validate
