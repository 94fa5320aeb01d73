#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/call.hpp"
#include "sandbox/apiserver/page_token.hpp"
#include "sandbox/apiserver/table.hpp"

namespace kaito::sandbox {
namespace {

/// resourceVersionMatch and what it may stand with. Errors: invalid.
[[nodiscard]] Result<void> check_match(const Call& call) {
  const std::string match = call.query.get("resourceVersionMatch");
  if (match.empty()) return {};
  const std::string revision = call.query.get("resourceVersion");
  const auto refuse = [&](std::string_view why) {
    return fail(invalid_options("ListOptions", forbidden_field("resourceVersionMatch", why)));
  };
  if (revision.empty())
    return refuse("resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (!call.query.get("continue").empty())
    return refuse("resourceVersionMatch is forbidden when continue is provided");
  if (match != "Exact" && match != "NotOlderThan")
    return fail(invalid_options("ListOptions",
                                {"resourceVersionMatch", "FieldValueNotSupported",
                                 fmt::format("Unsupported value: {}: supported values: \"Exact\", "
                                             "\"NotOlderThan\", \"\"",
                                             json::quoted(match))}));
  if (match == "Exact" && revision == "0")
    return refuse("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  return {};
}

/// Fills in where the list starts and in which state. Errors: invalid, unavailable.
[[nodiscard]] Result<void> place_list(const Call& call, ListRequest& request) {
  const std::string token_text = call.query.get("continue");
  const std::string revision_text = call.query.get("resourceVersion");
  if (!token_text.empty()) {
    if (!revision_text.empty() && revision_text != "0")
      return fail(bad_request("specifying resource version is not allowed when using continue"));
    KAITO_TRY(const PageToken token, read_token(token_text));
    request.after = token.last;
    request.at_revision = token.revision < 0 ? 0 : token.revision;
    return {};
  }
  KAITO_TRY(const auto revision, revision_parameter(call));
  if (revision_text == "0") request.limit = 0;
  if (!revision) return {};
  KAITO_CHECK(await_revision(call, *revision));
  if (call.query.get("resourceVersionMatch") == "Exact") request.at_revision = *revision;
  return {};
}

[[nodiscard]] Error too_old(const Call& call, const ListRequest& request) {
  if (call.query.get("continue").empty())
    return expired("The resourceVersion for the provided list is too old.");
  return expired_page(
      "The provided continue parameter is too old to display a consistent list result. You can "
      "start a new list without the continue parameter, or use the continue token in this response "
      "to retrieve the remainder of the results. Continuing with the provided token results in an "
      "inconsistent list - objects that were created, modified, or deleted between the time the "
      "first chunk was returned and now may show up in the list.",
      write_token({-1, request.after}));
}

[[nodiscard]] json::Value list_meta(const Call& call, const ListPage& page, bool selected) {
  json::Object meta;
  meta["resourceVersion"] = std::to_string(page.revision);
  if (page.more) {
    meta["continue"] = write_token({page.revision, key_of(*page.items.back())});
    if (!selected) meta["remainingItemCount"] = page.remaining;
  } else if (call.resource->custom) {
    meta["continue"] = "";
  }
  return meta;
}

[[nodiscard]] json::Value item_json(const Call& call, const ObjectPtr& object) {
  if (call.form == AnswerForm::metadata_list) return metadata_only(*object);
  json::Value item = *object;
  if (!call.resource->custom) {
    item.get_object().stable_erase("apiVersion");
    item.get_object().stable_erase("kind");
  }
  return item;
}

}  // namespace

Result<Answer> get_object(const Call& call) {
  KAITO_TRY(const auto revision, revision_parameter(call));
  if (revision) KAITO_CHECK(await_revision(call, *revision));
  KAITO_TRY(const ObjectPtr object, call.store.get(call.ref()));
  return Answer{200, object_answer(call, object), {}};
}

Result<Answer> list_objects(const Call& call) {
  KAITO_TRY(const Selection selection, read_selection(call));
  ListRequest request;
  request.namespace_ = call.path.namespace_;
  request.labels = selection.labels;
  request.fields = selection.fields;
  KAITO_TRY(request.limit, integer_parameter(call, "limit", 0));
  KAITO_CHECK(check_match(call));
  KAITO_CHECK(place_list(call, request));
  auto page = call.store.list_page(call.type(), request);
  if (!page && page.error().code == ErrorCode::expired) return fail(too_old(call, request));
  if (!page) return fail(std::move(page).error());
  const bool selected = !selection.labels.empty() || !selection.fields.parts.empty();
  json::Value meta = list_meta(call, *page, selected);
  if (call.form == AnswerForm::table) {
    const std::string include = call.query.get("includeObject");
    const RowObject row = include == "None"     ? RowObject::none
                          : include == "Object" ? RowObject::whole
                                                : RowObject::metadata;
    return Answer{200,
                  table_json(*call.resource, call.path.version, page->items, std::move(meta), row,
                             true, call.store.now()),
                  {}};
  }
  json::Array items;
  for (const ObjectPtr& object : page->items)
    items.push_back(item_json(call, object));
  const bool metadata = call.form == AnswerForm::metadata_list;
  json::Object list;
  list["kind"] = metadata ? std::string("PartialObjectMetadataList") : call.resource->list_kind;
  list["apiVersion"] = metadata ? std::string("meta.k8s.io/v1") : call.api_version();
  list["metadata"] = std::move(meta);
  list["items"] = std::move(items);
  return Answer{200, std::move(list), {}};
}

}  // namespace kaito::sandbox
