#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "validate/dataset_url.hpp"
#include "validate/image_reference.hpp"
#include "validate/placeholder.hpp"
#include "validate/release.hpp"

using namespace kaito::validate;

TEST_CASE("image references as docker reads them") {
  for (const char* image :
       {"alpine", "alpine:3.19", "org/model", "localhost/x:1", "localhost:5000/x", "r.io/a/b/c:1",
        "R.io/adapter", "Foo/bar:1", "r.io:443/a__b/c---d.e:V1_2-x", "[::1]:5000/x:1",
        "r.io/x@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "r.io/x:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"})
    CHECK_MESSAGE(image_reference_problem(image) == "", image);
  for (const char* image : {"",
                            "r.io/",
                            "/x",
                            "r.io/A:1",
                            "org/Model",
                            "Alpine",
                            "r.io/x:",
                            "r.io/x:a:b",
                            "r.io/x y",
                            "r.io/x@sha256:abc",
                            "r.io/x@md5:0123456789abcdef0123456789abcdef",
                            "r.io/a..b",
                            "r.io/-a",
                            "r.io/a___b",
                            "under_score.io/x",
                            "r.io:port/x",
                            "https://r.io/x",
                            "r.io//x",
                            "x:-tag",
                            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"})
    CHECK_MESSAGE(image_reference_problem(image) != "", image);
  CHECK(image_reference_problem("r.io/" + std::string(256, 'a')) != "");
}

TEST_CASE("addresses that data may come from") {
  struct Case {
    const char* url;
    UrlFault fault;
  };
  const Case cases[] = {
      {"https://huggingface.co/x?download=true", UrlFault::none},
      {"HTTPS://user:word@e.com:8443/x#y", UrlFault::none},
      {"http://8.8.8.8/x", UrlFault::none},
      {"http://[2001:db8::1]/x", UrlFault::none},
      {"http://172.32.0.1/", UrlFault::none},
      {"", UrlFault::malformed},
      {"e.com/x", UrlFault::malformed},
      {"https://", UrlFault::malformed},
      {"https:///x", UrlFault::malformed},
      {"https://e.com:port/x", UrlFault::malformed},
      {"https://e com/x", UrlFault::malformed},
      {"https://[::1/x", UrlFault::malformed},
      {"ftp://e.com/x", UrlFault::scheme},
      {"abfss://a@b/c", UrlFault::scheme},
      {"http://localhost:8080/", UrlFault::local},
      {"http://a.LOCALHOST/", UrlFault::local},
      {"http://user@localhost/", UrlFault::local},
      {"http://metadata.google.internal/", UrlFault::local},
      {"http://127.0.0.1/", UrlFault::internal},
      {"http://10.1.2.3:80/", UrlFault::internal},
      {"http://172.16.0.1/", UrlFault::internal},
      {"http://192.168.1.1/", UrlFault::internal},
      {"http://169.254.169.254/latest", UrlFault::internal},
      {"http://224.0.0.1/", UrlFault::internal},
      {"http://[::1]/", UrlFault::internal},
      {"http://[::ffff:127.0.0.1]/", UrlFault::internal},
      {"http://[fd00::1]/", UrlFault::internal},
      {"http://[fe80::1%25eth0]/", UrlFault::internal},
      {"http://[ff02::1]/", UrlFault::internal},
  };
  for (const auto& one : cases)
    CHECK_MESSAGE(screen_url(one.url) == one.fault, one.url);
}

TEST_CASE("placeholders") {
  using Found = std::vector<std::string>;
  const auto in_field = [](const char* text) { return placeholders_in(text, TextKind::field); };
  CHECK(in_field("ACR_REPO_HERE.azurecr.io/ADAPTER_HERE:0.0.1") ==
        Found{"ACR_REPO_HERE", "ADAPTER_HERE"});
  CHECK(in_field("ACR_REGISTRY_SECRET_HERE") == Found{"ACR_REGISTRY_SECRET_HERE"});
  CHECK(in_field("<your-vm-sku>") == Found{"<your-vm-sku>"});
  CHECK(in_field("<YOUR IMAGE URL>") == Found{"<YOUR IMAGE URL>"});
  CHECK(in_field("${REGISTRY}/x:{{ tag }}") == Found{"${REGISTRY}", "{{ tag }}"});
  CHECK(in_field("r.io/YOUR_IMAGE:1") == Found{"YOUR_IMAGE"});
  CHECK(in_field("replace-me") == Found{"replace-me"});
  CHECK(in_field("X_HERE/X_HERE") == Found{"X_HERE"});
  for (const char* text : {"", "here.azurecr.io/image", "_HERE", "a<b", "HERE", "not_here",
                           "registry.example.com/models/phi-4:1", "$HOME", "{a}"})
    CHECK_MESSAGE(in_field(text).empty(), text);

  // A program's own arguments may hold brackets and braces.
  const auto in_template = [](const char* text) {
    return placeholders_in(text, TextKind::free_form);
  };
  CHECK(in_template("<MODEL_ID>") == Found{"<MODEL_ID>"});
  CHECK(in_template("--name=<your model>") == Found{"<your model>"});
  for (const char* text :
       {"<think>", "<|im_start|>", "<BOS>", "${HOME}/x", "{{ messages }}", "a < b > c"})
    CHECK_MESSAGE(in_template(text).empty(), text);
}

TEST_CASE("releases compare by number, and an unknown one is neither older nor newer") {
  Context context;
  for (const char* unknown : {"", "nightly", "v1", "v1.2.x", "v-1.2.3", "v99999999999.0.0"}) {
    CAPTURE(unknown);
    context.operator_release = unknown;
    CHECK_FALSE(is_at_least(context, "v0.0.1"));
    CHECK_FALSE(is_before(context, "v99.0.0"));
  }
  context.operator_release = "v0.12.0-rc.1";
  CHECK(is_at_least(context, "v0.9.0"));
  CHECK(is_at_least(context, "0.12.0"));
  CHECK(is_before(context, "v0.12.1"));
  CHECK_FALSE(is_before(context, "v0.9.0"));
}
