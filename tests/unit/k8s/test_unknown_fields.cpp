#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kaito/base/text.hpp"
#include "kaito/k8s/unknown_fields.hpp"

namespace kaito::k8s {
namespace {

TEST_CASE("the fields that a server does not know, in its words") {
  struct {
    const char* name;
    int code;
    std::string message;
    std::string fields;  ///< joined by " | "
  } const cases[] = {
      {"an apply, 1.20", 500,
       "failed to create typed patch object: .resource.bogus: field not declared in schema",
       "resource.bogus"},
      {"several, 1.20", 500,
       "failed to create typed patch object: errors:\n  .resource.bogus: field not declared in "
       "schema\n  .inference.adapters[0].zz: field not declared in schema",
       "resource.bogus | inference.adapters[0].zz"},
      {"an apply, 1.33", 500,
       "failed to create typed patch object (ns/ws; kaito.sh/v1beta1, Kind=Workspace): "
       ".inference.adapters[0].strength: field not declared in schema",
       "inference.adapters[0].strength"},
      {"the same as a 400", 400,
       "failed to create typed patch object (ns/ws; kaito.sh/v1beta1, Kind=Workspace): "
       ".a: field not declared in schema",
       "a"},
      {"strict, an apply", 400, "strict decoding error: unknown field \"resource.bogus\"",
       "resource.bogus"},
      {"strict, a create", 400,
       "Workspace in version \"v1beta1\" cannot be handled as a Workspace: strict decoding error: "
       "unknown field \"a\", unknown field \"b.c[0]\"",
       "a | b.c[0]"},
      {"strict, and more", 400, "strict decoding error: unknown field \"a\", duplicate field \"b\"",
       ""},
      {"an apply, and more", 500,
       "failed to create typed patch object: errors:\n  .a: field not declared in schema\n  .b: "
       "expected string, got &value.valueUnstructured{Value:1}",
       ""},
      {"an apply of a wrong value", 500,
       "failed to create typed patch object: .a: expected string, got 1", ""},
      {"words of a webhook", 403,
       "admission webhook \"w\" denied the request: strict decoding error: unknown field \"a\"",
       ""},
      {"cut short", 400, "strict decoding error: unknown field \"a", ""},
      {"cut short, an apply", 500, "failed to create typed patch object", ""},
      {"something else", 500, "etcdserver: request timed out", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Status status;
    status.code = c.code;
    status.message = c.message;
    CHECK(join(unknown_fields(status), " | ") == c.fields);
  }
}

}  // namespace
}  // namespace kaito::k8s
