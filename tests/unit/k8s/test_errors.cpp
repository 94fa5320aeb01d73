#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/status.hpp"

using namespace kaito;
using namespace kaito::k8s;
using std::string;

namespace {

string status_body(int code, const string& reason, const string& message,
                   const string& details = "{}") {
  Status status;
  status.code = code;
  status.reason = reason;
  status.message = message;
  json::Value value = status_json(status);
  string text = json::write(value);
  return text.substr(0, text.size() - 1) + ",\"details\":" + details + '}';
}

Error answer(const string& method, int code, const string& type, const string& body) {
  return error_of_answer("doing it", method, code, type, body);
}

Error answer(int code, const string& reason, const string& message, const string& details = "{}") {
  return answer("GET", code, "application/json", status_body(code, reason, message, details));
}

}  // namespace

TEST_CASE("the reason of a Status decides, the code where the reason is unknown") {
  struct Row {
    int http_code;
    string reason;
    string method;
    ErrorCode code;
  };
  for (const Row& row : std::vector<Row>{{400, "BadRequest", "POST", ErrorCode::invalid},
                                         {400, "", "GET", ErrorCode::invalid},
                                         {401, "Unauthorized", "GET", ErrorCode::unauthenticated},
                                         {401, "", "GET", ErrorCode::unauthenticated},
                                         {403, "Forbidden", "GET", ErrorCode::forbidden},
                                         {404, "NotFound", "GET", ErrorCode::not_found},
                                         {404, "", "GET", ErrorCode::not_found},
                                         {405, "MethodNotAllowed", "POST", ErrorCode::failed},
                                         {406, "NotAcceptable", "GET", ErrorCode::failed},
                                         {409, "AlreadyExists", "POST", ErrorCode::already_exists},
                                         {409, "AlreadyExists", "PATCH", ErrorCode::already_exists},
                                         {409, "Conflict", "POST", ErrorCode::conflict},
                                         {409, "Conflict", "PUT", ErrorCode::conflict},
                                         {409, "", "POST", ErrorCode::already_exists},
                                         {409, "", "PUT", ErrorCode::conflict},
                                         {409, "SomethingNew", "PUT", ErrorCode::conflict},
                                         {410, "Expired", "GET", ErrorCode::expired},
                                         {410, "Gone", "GET", ErrorCode::expired},
                                         {410, "", "GET", ErrorCode::expired},
                                         {413, "RequestEntityTooLarge", "POST", ErrorCode::invalid},
                                         {415, "UnsupportedMediaType", "PATCH", ErrorCode::failed},
                                         {422, "Invalid", "POST", ErrorCode::invalid},
                                         {422, "", "POST", ErrorCode::invalid},
                                         {429, "TooManyRequests", "GET", ErrorCode::unavailable},
                                         {429, "Forbidden", "GET", ErrorCode::unavailable},
                                         {500, "InternalError", "GET", ErrorCode::failed},
                                         {500, "", "GET", ErrorCode::failed},
                                         {500, "ServerTimeout", "GET", ErrorCode::unavailable},
                                         {502, "", "GET", ErrorCode::unavailable},
                                         {503, "ServiceUnavailable", "GET", ErrorCode::unavailable},
                                         {504, "Timeout", "GET", ErrorCode::unavailable},
                                         {507, "", "GET", ErrorCode::failed},
                                         {418, "", "GET", ErrorCode::failed}}) {
    CAPTURE(row.http_code);
    CAPTURE(row.reason);
    CAPTURE(row.method);
    const Error error = answer(row.method, row.http_code, "application/json; charset=utf-8",
                               status_body(row.http_code, row.reason, "because"));
    CHECK(to_string(error.code) == to_string(row.code));
    CHECK(error.message == "doing it: because");
    REQUIRE(status_of(error) != nullptr);
    CHECK(status_of(error)->code == row.http_code);
    CHECK(status_of(error)->reason == row.reason);
  }
}

TEST_CASE("answers without a Status are told apart by their code") {
  struct Row {
    string method;
    int http_code;
    string type;
    string body;
    ErrorCode code;
    string message;
  };
  for (const Row& row : std::vector<Row>{
           {"GET", 404, "text/plain; charset=utf-8", "404 page not found\n", ErrorCode::not_served,
            "the server does not serve this API (404: 404 page not found)"},
           {"GET", 404, "application/json", "{}", ErrorCode::not_served,
            "the server does not serve this API (404 NotFound)"},
           {"GET", 401, "", "Unauthorized", ErrorCode::unauthenticated,
            "the server answered 401: Unauthorized"},
           {"GET", 429, "text/plain", "Too many requests, please try again later.",
            ErrorCode::unavailable,
            "the server answered 429: Too many requests, please try again later."},
           {"POST", 409, "text/plain", "", ErrorCode::already_exists,
            "the server answered 409 AlreadyExists"},
           {"GET", 502, "text/html", "<html><h1>Bad Gateway</h1></html>", ErrorCode::unavailable,
            "the server answered 502 with an HTML page, as a proxy or a login page does"},
           {"GET", 503, "application/octet-stream", "\x01\x02", ErrorCode::unavailable,
            "the server answered 503 ServiceUnavailable"},
           {"GET", 500, "application/json", "{broken", ErrorCode::failed,
            "the server answered 500 InternalError"},
           {"GET", 500, "application/json", R"({"kind":"Status","status":"Success"})",
            ErrorCode::failed, "the server answered 500 InternalError"},
           {"GET", 413, "text/plain", "Request entity too large: limit is 3145728",
            ErrorCode::invalid,
            "the server answered 413: Request entity too large: limit is 3145728"},
           {"GET", 302, "", "", ErrorCode::protocol, "the server answered 302"}}) {
    CAPTURE(row.http_code);
    CAPTURE(row.type);
    const Error error = answer(row.method, row.http_code, row.type, row.body);
    CHECK(to_string(error.code) == to_string(row.code));
    CHECK(error.message == "doing it: " + row.message);
    REQUIRE(status_of(error) != nullptr);
    CHECK(status_of(error)->code == row.http_code);
    REQUIRE(status_of(error)->causes.size() == 1);
    CHECK(status_of(error)->causes[0].reason == "UnexpectedServerResponse");
  }
}

TEST_CASE("a failure inside an answer of code 200 keeps its own code") {
  const Error expired = answer("GET", 200, "application/json",
                               status_body(410, "Expired", "too old resource version: 1 (9)"));
  CHECK(expired.code == ErrorCode::expired);
  CHECK(status_of(expired)->code == 410);
}

TEST_CASE("a 404 names the object or the missing API") {
  const Error missing = answer(404, "NotFound", "workspaces.kaito.sh \"a\" not found",
                               R"({"name":"a","group":"kaito.sh","kind":"workspaces"})");
  CHECK(missing.code == ErrorCode::not_found);
  CHECK(missing.message == "doing it: workspaces.kaito.sh \"a\" not found");
  CHECK(missing.hint.empty());
  CHECK(status_of(missing)->name == "a");
  CHECK(status_of(missing)->kind == "workspaces");

  const Error nowhere = answer(404, "NotFound", "namespaces \"nope\" not found",
                               R"({"name":"nope","kind":"namespaces"})");
  CHECK(nowhere.code == ErrorCode::not_found);
  CHECK(nowhere.hint == "create the namespace first: kubectl create namespace nope");
  CHECK(answer(404, "NotFound", "x", R"({"name":"a; rm -rf /","kind":"namespaces"})").hint.empty());

  CHECK(answer(404, "NotFound", "the server could not find the requested resource").code ==
        ErrorCode::not_served);
}

TEST_CASE("a 403 comes with the question to ask, when the text is the server's own") {
  struct Row {
    string message;
    string hint;
  };
  const string needs = "user \"alice\" needs this permission from an administrator; check with: ";
  for (
      const Row& row : std::vector<Row>{
          {R"(workspaces.kaito.sh is forbidden: User "alice" cannot create resource "workspaces" in )"
           R"(API group "kaito.sh" in the namespace "default")",
           needs + "kubectl auth can-i create workspaces.kaito.sh --namespace default"},
          {R"(pods "p" is forbidden: User "alice" cannot get resource "pods" in API group "" in the )"
           R"(namespace "a")",
           needs + "kubectl auth can-i get pods --namespace a"},
          {R"(services "s" is forbidden: User "alice" cannot create resource "services/proxy" in API )"
           R"(group "" in the namespace "a")",
           needs + "kubectl auth can-i create services --subresource proxy --namespace a"},
          {R"(nodes is forbidden: User "alice" cannot list resource "nodes" in API group "" at the )"
           R"(cluster scope: extra words)",
           needs + "kubectl auth can-i list nodes --all-namespaces"},
          {R"(workspaces.kaito.sh is forbidden: User "alice" cannot list resource "workspaces" in API )"
           R"(group "kaito.sh" at the cluster scope)",
           needs + "kubectl auth can-i list workspaces.kaito.sh --all-namespaces"},
          {R"(forbidden: User "alice" cannot get path "/apis")",
           needs + "kubectl auth can-i get /apis"},
          {R"(forbidden: User "system:anonymous" cannot get path "/apis")",
           "the server took you for an anonymous user: the kubeconfig holds no credentials for it"},
          {R"(pods is forbidden: User "alice" cannot get resource "pods; rm -rf /" in API group "")",
           ""},
          {R"(pods "x" is forbidden: exceeded quota: gpus)", ""},
          {"", ""}}) {
    CAPTURE(row.message);
    const Error error = answer(403, "Forbidden", row.message);
    CHECK(error.code == ErrorCode::forbidden);
    CHECK(error.hint == row.hint);
    if (!row.message.empty()) CHECK(error.message == "doing it: " + row.message);
  }
}

TEST_CASE("a webhook that refuses the object is about the object, and is quoted in full") {
  const string text =
      "admission webhook \"validation.workspace.kaito.sh\" denied the request: validation failed: "
      "invalid value: Unsupported inference preset name x: inference.preset.name";
  for (const int code : {400, 403}) {
    const Error error = answer(code, code == 400 ? "BadRequest" : "Forbidden", text);
    CHECK(error.code == ErrorCode::invalid);
    CHECK(error.message == "doing it: " + text);
  }
}

TEST_CASE("Invalid is one line per cause") {
  const string two = R"({"name":"a","kind":"Workspace","causes":[
    {"reason":"FieldValueRequired","message":"Required value","field":"resource.labelSelector"},
    {"reason":"FieldValueInvalid","message":"Invalid value: -1","field":"resource.count"}]})";
  CHECK(answer(422, "Invalid", "Workspace \"a\" is invalid: [...]", two).message ==
        "doing it: the server found 2 problems\n"
        "  resource.labelSelector: Required value\n"
        "  resource.count: Invalid value: -1");
  CHECK(answer(422, "Invalid", "Workspace \"a\" is invalid",
               R"({"causes":[{"message":"Invalid value: -1","field":"resource.count"}]})")
            .message == "doing it: resource.count: Invalid value: -1");
  CHECK(answer(422, "Invalid", "only a message", R"({"causes":[7]})").message ==
        "doing it: only a message");
  CHECK(answer(422, "Invalid", "m", R"({"causes":[{"message":"of the whole"}]})").message ==
        "doing it: of the whole");
}

TEST_CASE("the two conflicts are told apart") {
  const Error fields = answer(409, "Conflict", "Apply failed with 1 conflict: conflict with \"m1\"",
                              R"({"causes":[{"reason":"FieldManagerConflict",
                                  "message":"conflict with \"m1\"","field":".resource.count"}]})");
  CHECK(fields.code == ErrorCode::conflict);
  CHECK(status_of(fields)->is_field_conflict());
  CHECK(status_of(fields)->causes[0].field == ".resource.count");
  const Error stale = answer(409, "Conflict", "the object has been modified");
  CHECK(stale.code == ErrorCode::conflict);
  CHECK_FALSE(status_of(stale)->is_field_conflict());

  CHECK(answer(409, "AlreadyExists", "object is being deleted: w \"a\" already exists").hint ==
        "the old object is still being deleted: try again when it is gone");
  CHECK(answer(409, "AlreadyExists", "w \"a\" already exists").hint.empty());
}

TEST_CASE("hints for credentials and for waiting") {
  CHECK(answer(401, "Unauthorized", "Unauthorized").hint.find("expired") != string::npos);
  CHECK(answer(429, "TooManyRequests", "slow down", R"({"retryAfterSeconds":3})").hint ==
        "the server asks to try again in 3 s");
  CHECK(answer(503, "ServiceUnavailable", "no").hint.empty());
}

TEST_CASE("the server's words are bounded") {
  const string word(100000, 'x');
  CHECK(answer("GET", 500, "text/plain", word).message.size() < 2200);
  CHECK(answer(400, "BadRequest", word).message.size() < 2200);
  string causes;
  for (int i = 0; i < 1000; ++i)
    causes +=
        (i == 0 ? "" : ",") + string(R"({"message":"bad","field":"f)") + std::to_string(i) + "\"}";
  CHECK(answer(422, "Invalid", "m", "{\"causes\":[" + causes + "]}").message.size() < 2200);
  const Error unicode = answer("GET", 500, "text/plain", string(2046, 'a') + "\xf0\x9f\x9a\x80");
  CHECK(is_valid_utf8(unicode.message));
}

TEST_CASE("a Status survives being written and read") {
  const json::Value value = json::parse(R"({"kind":"Status","apiVersion":"v1","metadata":{},
    "status":"Failure","message":"m","reason":"Invalid","details":{"name":"n","group":"g",
    "kind":"k","uid":"u","causes":[{"reason":"r","message":"c","field":"f"}],
    "retryAfterSeconds":2},"code":422})")
                                .value();
  const auto status = read_status(value);
  REQUIRE(status);
  CHECK_FALSE(status->success);
  CHECK(status->group == "g");
  CHECK(status->uid == "u");
  CHECK(status->retry_after_seconds == 2);
  CHECK(json::equivalent(status_json(*status), value));

  const auto deleted = read_status(
      json::parse(R"({"kind":"Status","status":"Success","details":{"name":"n","uid":"u"}})")
          .value());
  REQUIRE(deleted);
  CHECK(deleted->success);
  CHECK(deleted->code == 0);
  CHECK(deleted->name == "n");

  CHECK_FALSE(read_status(json::parse(R"({"kind":"Workspace"})").value()));
  CHECK_FALSE(read_status(json::parse("[]").value()));
  CHECK_FALSE(read_status(json::parse("null").value()));
  // Members of wrong types are passed over.
  CHECK(
      read_status(json::parse(R"({"kind":"Status","code":"x","details":[],"message":1})").value()));
}

TEST_CASE("errors of other layers carry no Status") {
  CHECK(status_of(Error{ErrorCode::failed, "m", {}, "", nullptr}) == nullptr);
}

TEST_CASE("who owns what, as servers of all ages put it") {
  struct Row {
    string message;
    FieldConflict conflict;
  };
  const std::vector<Row> rows = {
      {"conflict with \"m1\"", {"a.b", "m1", false, "", "", ""}},
      {"conflict with \"upd\" using kaito.sh/v1beta1",
       {"a.b", "upd", true, "kaito.sh/v1beta1", "", ""}},
      {"conflict with \"upd\" using kaito.sh/v1beta1 at 2026-01-02T03:04:05Z",
       {"a.b", "upd", true, "kaito.sh/v1beta1", "", "2026-01-02T03:04:05Z"}},
      {"conflict with \"m 2\" with subresource \"status\" using v1 at T",
       {"a.b", "m 2", true, "v1", "status", "T"}},
      {"somebody has it", {"a.b", "somebody has it", false, "", "", ""}},
      {"conflict with \"open", {"a.b", "conflict with \"open", false, "", "", ""}},
  };
  Status status;
  status.causes.push_back({"FieldValueInvalid", "no conflict", ".x"});
  for (const Row& row : rows)
    status.causes.push_back({"FieldManagerConflict", row.message, ".a.b"});
  const auto found = field_conflicts(status);
  REQUIRE(found.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(rows[i].message);
    CHECK(found[i] == rows[i].conflict);
  }
}
