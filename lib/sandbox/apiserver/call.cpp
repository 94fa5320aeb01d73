#include "sandbox/apiserver/call.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <charconv>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/selection.hpp"
#include "sandbox/apiserver/table.hpp"

namespace kaito::sandbox {
namespace {

/// A peer that has gone gets no answer: there is nobody to tell.
void give_up_quietly(const Result<void>& sent) {
  static_cast<void>(sent);
}

/// The part of the User-Agent before "/" names the manager of who does not name one.
[[nodiscard]] std::string default_manager(const net::Headers& headers) {
  const std::string_view agent = headers.get("User-Agent");
  const std::string name(agent.substr(0, agent.find('/')).substr(0, 128));
  return name.empty() ? "unknown" : name;
}

}  // namespace

k8s::ResourceType Call::type() const {
  k8s::ResourceType type = resource->type;
  type.version = path.version;
  return type;
}

json::Value error_json(const Error& error) {
  json::Value body = k8s::status_json(status_of_error(error));
  const std::string token = continue_of_error(error);
  if (!token.empty()) meta_of(body)["continue"] = token;
  return body;
}

void send_answer(net::Responder& responder, const Answer& answer) {
  net::Headers headers;
  headers.add("Content-Type", "application/json");
  headers.add("Cache-Control", "no-cache, private");
  for (const std::string& warning : answer.warnings)
    headers.add("Warning", "299 - " + json::quoted(warning));
  give_up_quietly(responder.respond(answer.status, headers, json::write(answer.body) + "\n"));
}

void send_error(net::Responder& responder, const Error& error) {
  if (error.code == ErrorCode::not_served) {
    send_text(responder, 404, "404 page not found\n");
    return;
  }
  const k8s::Status status = status_of_error(error);
  net::Headers headers;
  headers.add("Content-Type", "application/json");
  headers.add("Cache-Control", "no-cache, private");
  if (status.retry_after_seconds)
    headers.add("Retry-After", std::to_string(*status.retry_after_seconds));
  give_up_quietly(responder.respond(status.code, headers, json::write(error_json(error)) + "\n"));
}

void send_text(net::Responder& responder, int status, std::string_view text) {
  net::Headers headers;
  headers.add("Content-Type", "text/plain; charset=utf-8");
  give_up_quietly(responder.respond(status, headers, text));
}

json::Value object_answer(const Call& call, const ObjectPtr& object) {
  if (call.form == AnswerForm::metadata) return metadata_only(*object);
  if (call.form != AnswerForm::table) return *object;
  json::Object meta;
  meta["resourceVersion"] = meta_string(*object, "resourceVersion");
  const std::string include = call.query.get("includeObject");
  const RowObject row = include == "None"     ? RowObject::none
                        : include == "Object" ? RowObject::whole
                                              : RowObject::metadata;
  return table_json(*call.resource, call.path.version, {object}, std::move(meta), row, true,
                    call.store.now());
}

Error invalid_options(std::string_view options_kind, FieldError error) {
  return invalid(fmt::format("{}.meta.k8s.io", options_kind), "", {std::move(error)});
}

Result<WriteRequest> write_request(const Call& call, std::string_view options_kind) {
  WriteRequest request;
  constexpr std::size_t kLongestManager = 128;
  request.manager = call.query.get("fieldManager");
  if (request.manager.size() > kLongestManager)
    return fail(invalid_options(options_kind, {"fieldManager", "FieldValueTooLong",
                                               "Too long: may not be more than 128 bytes"}));
  if (request.manager.empty()) request.manager = default_manager(call.request.headers);
  for (const std::string& value : call.query.all("dryRun")) {
    if (value != "All")
      return fail(invalid_options(
          options_kind,
          {"dryRun", "FieldValueNotSupported",
           fmt::format("Unsupported value: {}: supported values: \"All\"", json::quoted(value))}));
    request.dry_run = true;
  }
  const std::string validation = call.query.get("fieldValidation");
  if (!call.options.field_validation) {
    request.validation = FieldValidation::ignore;
  } else if (validation.empty() || validation == "Warn") {
    request.validation = FieldValidation::warn;
  } else if (validation == "Strict") {
    request.validation = FieldValidation::strict;
  } else if (validation != "Ignore") {
    return fail(invalid_options(
        options_kind, {"fieldValidation", "FieldValueNotSupported",
                       fmt::format("Unsupported value: {}: supported values: \"\", \"Ignore\", "
                                   "\"Strict\", \"Warn\"",
                                   json::quoted(validation))}));
  }
  if (call.path.subresource == "status") request.subresource = "status";
  return request;
}

Result<std::int64_t> integer_parameter(const Call& call, std::string_view name,
                                       std::int64_t otherwise) {
  const std::string text = call.query.get(name);
  if (text.empty()) return otherwise;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
    return fail(bad_request(fmt::format("strconv.ParseInt: parsing {}: invalid syntax ({})",
                                        json::quoted(text), name)));
  return value;
}

Result<Selection> read_selection(const Call& call) {
  Selection selection;
  auto labels = k8s::LabelSelector::parse(call.query.get("labelSelector"));
  if (!labels) return fail(bad_request("unable to parse requirement: " + labels.error().message));
  auto fields = k8s::FieldSelector::parse(call.query.get("fieldSelector"));
  if (!fields) return fail(bad_request("invalid field selector: " + fields.error().message));
  selection.labels = std::move(*labels);
  selection.fields = std::move(*fields);
  KAITO_CHECK(check_fields(selection.fields, *call.resource));
  // A list or watch of one object's path is one of that name.
  if (!call.path.name.empty())
    selection.fields.parts.push_back({"metadata.name", false, call.path.name});
  return selection;
}

Result<std::optional<std::int64_t>> revision_parameter(const Call& call) {
  const std::string text = call.query.get("resourceVersion");
  if (text.empty() || text == "0") return std::nullopt;
  std::int64_t revision = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || revision < 0)
    return fail(
        bad_request(fmt::format("invalid resource version {}: strconv.ParseUint: parsing "
                                "{}: invalid syntax",
                                json::quoted(text), json::quoted(text))));
  return revision;
}

Result<void> await_revision(const Call& call, std::int64_t revision) {
  const Deadline deadline = Deadline::after(call.options.future_wait);
  std::int64_t current = call.store.revision();
  while (current < revision) {
    const auto changes = call.store.wait_changes(current, {deadline, {}});
    current = call.store.revision();
    if (!changes && current < revision) return fail(revision_too_large(revision, current));
  }
  return {};
}

}  // namespace kaito::sandbox
