#include "sandbox/apiserver/page_token.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/api_error.hpp"

namespace kaito::sandbox {

std::string write_token(const PageToken& token) {
  json::Object body;
  body["v"] = "meta.k8s.io/v1";
  body["rv"] = token.revision;
  body["start"] = token.last.namespace_ + "/" + token.last.name;
  std::string text = base64_encode(json::write(body));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.erase(std::ranges::find(text, '='), text.end());
  return text;
}

Result<PageToken> read_token(std::string_view text) {
  const Error bad = bad_request("continue key is not valid");
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  const auto decoded = base64_decode(padded);
  if (!decoded) return fail(bad);
  const auto body = json::parse(*decoded);
  if (!body || json::string_at(*body, {"v"}) != "meta.k8s.io/v1") return fail(bad);
  const std::string_view start = json::string_at(*body, {"start"});
  const std::size_t slash = start.find('/');
  const std::int64_t revision = json::int_at(*body, {"rv"});
  if (slash == std::string_view::npos || revision == 0) return fail(bad);
  return PageToken{revision,
                   {std::string(start.substr(0, slash)), std::string(start.substr(slash + 1))}};
}

}  // namespace kaito::sandbox
