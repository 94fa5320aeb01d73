#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/call.hpp"
#include "sandbox/apiserver/patch.hpp"

namespace kaito::sandbox {
namespace {

constexpr std::string_view kMerge = "application/merge-patch+json";
constexpr std::string_view kJson = "application/json-patch+json";
constexpr std::string_view kStrategic = "application/strategic-merge-patch+json";
constexpr std::string_view kApply = "application/apply-patch+yaml";

/// The body says what it is: apiVersion and kind must be those of the path. Errors: as the server
/// gives them, see kubernetes-client.md 3.6.
[[nodiscard]] Result<void> check_identity(const Call& call, const json::Value& object) {
  if (!object.is_object()) return fail(bad_request("the body must be a JSON object"));
  const std::string_view kind = json::string_at(object, {"kind"});
  const std::string_view version = json::string_at(object, {"apiVersion"});
  if (kind.empty()) return fail(bad_request("Object 'Kind' is missing in the body of the request"));
  if (version.empty())
    return fail(unnamed_error("Object 'apiVersion' is missing in the body of the request"));
  if (version != call.api_version())
    return fail(bad_request(
        fmt::format("the API version in the data ({}) does not match the expected API version ({})",
                    version, call.api_version())));
  if (kind != call.resource->type.kind)
    return fail(invalid(
        call.resource->qualified_kind(), meta_string(object, "name"),
        {invalid_field("kind", json::quoted(kind), "must be " + call.resource->type.kind)}));
  return {};
}

[[nodiscard]] Result<void> check_place(const Call& call, const json::Value& object) {
  const std::string_view name = meta_string(object, "name");
  if (!name.empty() && name != call.path.name)
    return fail(bad_request(
        fmt::format("the name of the object ({}) does not match the name on the URL ({})", name,
                    call.path.name)));
  const std::string_view namespace_ = meta_string(object, "namespace");
  if (!namespace_.empty() && call.resource->type.namespaced && namespace_ != call.path.namespace_)
    return fail(bad_request(
        "the namespace of the provided object does not match the namespace sent on the request"));
  return {};
}

[[nodiscard]] Answer written_answer(const Call& call, Written written) {
  return {written.created ? 201 : 200, object_answer(call, written.object),
          std::move(written.warnings)};
}

[[nodiscard]] Error unknown_patch(const Call& call) {
  std::string accepted = fmt::format("{}, {}, ", kJson, kMerge);
  if (!call.resource->custom) accepted += fmt::format("{}, ", kStrategic);
  return unsupported_media_type(
      "the body of the request was in an unknown format - accepted media types include: " +
      accepted + std::string(kApply));
}

[[nodiscard]] Result<Answer> apply_object(const Call& call) {
  if (call.query.get("fieldManager").empty())
    return fail(invalid_options("PatchOptions",
                                required_field("fieldManager", "is required for apply patch")));
  KAITO_TRY(const WriteRequest request, write_request(call, "PatchOptions"));
  KAITO_TRY(const json::Value wanted, read_yaml(call.request.body));
  if (json::string_at(wanted, {"apiVersion"}) != call.api_version())
    return fail(bad_request(fmt::format(
        "Incorrect version specified in apply patch. Specified patch version: {}, expected: {}",
        json::string_at(wanted, {"apiVersion"}), call.api_version())));
  if (json::find(wanted, {"metadata", "managedFields"}) != nullptr)
    return fail(bad_request("metadata.managedFields must be nil"));
  KAITO_CHECK(check_identity(call, wanted));
  KAITO_CHECK(check_place(call, wanted));
  KAITO_TRY(Written written,
            call.store.apply(call.ref(), wanted, call.query.flag("force"), request));
  return written_answer(call, std::move(written));
}

}  // namespace

Result<Answer> create_object(const Call& call) {
  KAITO_TRY(const WriteRequest request, write_request(call, "CreateOptions"));
  KAITO_TRY(json::Value object,
            read_body(call.request.headers.get("Content-Type"), call.request.body));
  KAITO_CHECK(check_identity(call, object));
  KAITO_TRY(Written written,
            call.store.create(call.type(), call.path.namespace_, std::move(object), request));
  return written_answer(call, std::move(written));
}

Result<Answer> update_object(const Call& call) {
  KAITO_TRY(const WriteRequest request, write_request(call, "UpdateOptions"));
  KAITO_TRY(json::Value object,
            read_body(call.request.headers.get("Content-Type"), call.request.body));
  KAITO_CHECK(check_identity(call, object));
  KAITO_CHECK(check_place(call, object));
  KAITO_TRY(Written written, call.store.update(call.ref(), std::move(object), request));
  return written_answer(call, std::move(written));
}

Result<Answer> patch_object(const Call& call) {
  const std::string type = media_type(call.request.headers.get("Content-Type"));
  if (type == kApply) return apply_object(call);
  const bool strategic = type == kStrategic && !call.resource->custom;
  if (type != kMerge && type != kJson && !strategic) return fail(unknown_patch(call));
  if (call.query.has("force"))
    return fail(invalid_options(
        "PatchOptions", forbidden_field("force", "may not be specified for non-apply patch")));
  KAITO_TRY(const WriteRequest request, write_request(call, "PatchOptions"));
  KAITO_TRY(const json::Value patch, read_json(call.request.body));
  if (type != kJson && !patch.is_object())
    return fail(bad_request("the patch must be a JSON object"));
  const MergeGuide guide = MergeGuide::of(*call.resource, call.path.version);
  const auto change = [&](const json::Value& stored) -> Result<json::Value> {
    if (type == kJson) return json_patch(stored, patch);
    if (strategic) return strategic_patch(stored, patch, guide);
    json::Value wanted = stored;
    json::merge_patch(wanted, patch);
    return wanted;
  };
  KAITO_TRY(Written written, call.store.modify(call.ref(), change, request));
  return written_answer(call, std::move(written));
}

}  // namespace kaito::sandbox
