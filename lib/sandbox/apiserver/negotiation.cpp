#include "sandbox/apiserver/negotiation.hpp"

#include <boost/json/value.hpp>
#include <map>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "sandbox/apiserver/api_error.hpp"
#include "sandbox/apiserver/protobuf_body.hpp"

namespace kaito::sandbox {
namespace {

struct MediaRange {
  std::string type;
  std::map<std::string, std::string> parameters;
};

[[nodiscard]] MediaRange parse_range(std::string_view text) {
  MediaRange range;
  bool first = true;
  for (const std::string_view part : split(text, ';')) {
    if (first) {
      range.type = to_lower(trim(part));
      first = false;
      continue;
    }
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos)
      range.parameters[to_lower(trim(part.substr(0, equals)))] = trim(part.substr(equals + 1));
  }
  return range;
}

/// Table bodies look the same in both versions of meta.k8s.io.
[[nodiscard]] bool is_meta_version(const MediaRange& range) {
  const auto group = range.parameters.find("g");
  const auto version = range.parameters.find("v");
  return group != range.parameters.end() && group->second == "meta.k8s.io" &&
         version != range.parameters.end() &&
         (version->second == "v1" || version->second == "v1beta1");
}

}  // namespace

std::string media_type(std::string_view content_type) {
  return to_lower(trim(content_type.substr(0, content_type.find(';'))));
}

Result<AnswerForm> negotiate(std::string_view accept, bool for_list) {
  if (trim(accept).empty()) return AnswerForm::object;
  for (const std::string_view part : split(accept, ',')) {
    const MediaRange range = parse_range(part);
    if (range.type != "application/json" && range.type != "*/*" && range.type != "application/*")
      continue;
    const auto as = range.parameters.find("as");
    if (as == range.parameters.end()) return AnswerForm::object;
    if (!is_meta_version(range)) continue;
    if (as->second == "Table") return AnswerForm::table;
    if (as->second == "PartialObjectMetadata" && !for_list) return AnswerForm::metadata;
    if (as->second == "PartialObjectMetadataList" && for_list) return AnswerForm::metadata_list;
  }
  return fail(not_acceptable("only the following media types are accepted: application/json"));
}

Result<json::Value> read_json(std::string_view body) {
  if (trim(body).empty()) return fail(bad_request("the body of the request is empty"));
  auto parsed = json::parse(body);
  if (!parsed)
    return fail(
        bad_request("couldn't get version/kind; json parse error: " + parsed.error().message));
  return std::move(*parsed);
}

Result<json::Value> read_yaml(std::string_view body) {
  // JSON is by far the usual case, and reads faster.
  if (auto parsed = json::parse(body)) return std::move(*parsed);
  auto documents = json::load_yaml(body, "body");
  if (!documents) return fail(bad_request("error decoding YAML: " + documents.error().message));
  if (documents->size() != 1) return fail(bad_request("the body must hold one object"));
  return std::move(documents->front().value.value());
}

Result<json::Value> read_body(std::string_view content_type, std::string_view body) {
  const std::string type = media_type(content_type);
  if (type.empty() || type == "application/json") return read_json(body);
  if (type == "application/yaml") return read_yaml(body);
  if (type == kProtobufType) return read_protobuf(body);
  return fail(unsupported_media_type(
      "the body of the request was in an unknown format - accepted media types include: "
      "application/json, application/yaml, application/vnd.kubernetes.protobuf"));
}

}  // namespace kaito::sandbox
