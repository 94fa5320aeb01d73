#include "validate/companions.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "validate/config.hpp"

namespace kaito::validate {

namespace {

/// Of settings in all ConfigMaps together; more are not looked at.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

std::string key_of(std::string_view kind, std::string_view namespace_, std::string_view name) {
  std::string key(kind);
  key.append("/").append(namespace_).append("/").append(name);
  return key;
}

/// The object without what nobody asks for, and without the values of a Secret.
json::Document kept(const json::Value& object, bool is_secret) {
  json::Object small;
  for (const std::string_view part : {"data", "stringData"}) {
    const json::Value* entries = json::find(object, {part});
    if (entries == nullptr || !entries->is_object()) continue;
    json::Object& small_entries = small[part].emplace_object();
    for (const auto& [key, value] : entries->get_object()) {
      const bool asked_for = key == kInferenceConfigKey || key == kTrainingConfigKey;
      small_entries[key] = !is_secret && asked_for ? value : json::Value(nullptr);
    }
  }
  return json::Document(json::Value(std::move(small)));
}

std::size_t bytes_of(const json::Value& object) {
  std::size_t bytes = 1024;  // what an empty one takes here, about
  if (const json::Value* data = json::find(object, {"data"}); data != nullptr && data->is_object())
    for (const auto& [key, value] : data->get_object())
      bytes += key.size() + (value.is_string() ? value.get_string().size() : 0);
  return bytes;
}

}  // namespace

SourcePlace Companion::place(const FieldPath& path,
                             const std::optional<SourcePlace>& inside) const {
  const auto& steps = path.steps();
  const auto* key = steps.size() > 1 ? std::get_if<std::string>(&steps[1]) : nullptr;
  const auto found = key != nullptr ? places.find(*key) : places.end();
  const auto whole = places.find("");
  if (found == places.end())
    return whole != places.end() ? whole->second : SourcePlace{header.file, 0, 0};
  SourcePlace place = found->second;
  // A text in a block begins on the line after its key, and is indented by two blanks more; in a
  // JSON file it stands on one line.
  if (inside && inside->line > 0 && !header.file.ends_with(".json")) {
    place.line += inside->line;
    place.column += 1 + inside->column;
  }
  return place;
}

void Companions::add(const json::Value& object, Reviewed header,
                     const std::function<SourcePlace(const FieldPath&)>& place_of) {
  Companion companion;
  companion.header = std::move(header);
  companion.in_input = true;
  companion.object = kept(object, companion.header.kind == "Secret");
  bytes_ += bytes_of(companion.object.value());
  if (bytes_ > kMostBytes) return;
  companion.places[""] = place_of(FieldPath("data"));
  if (const json::Value* data = json::find(companion.object.value(), {"data"}))
    for (const auto& entry : data->get_object())
      companion.places[entry.key()] = place_of(FieldPath("data").key(entry.key()));
  companion.findings = check_companion(object);
  for (auto& finding : companion.findings)
    finding.place = place_of(finding.path);
  all_.insert_or_assign(
      key_of(companion.header.kind, companion.header.namespace_, companion.header.name),
      std::move(companion));
}

Companion* Companions::find(const Reference& reference, const std::string& namespace_) {
  if (all_.empty()) return nullptr;
  const bool is_map = reference.kind == Reference::Kind::config_map;
  const auto found = all_.find(key_of(is_map ? "ConfigMap" : "Secret", namespace_, reference.name));
  return found == all_.end() ? nullptr : &found->second;
}

}  // namespace kaito::validate
