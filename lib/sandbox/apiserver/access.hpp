#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "kaito/net/server.hpp"
#include "sandbox/apiserver/resource.hpp"
#include "sandbox/apiserver/target.hpp"

namespace kaito::sandbox {

/// Who asks: the one known user, who may do everything, or nobody in particular, who may see that
/// the server is there.
enum class Caller : std::uint8_t { known, anonymous };

/// Errors: unauthenticated, for a token that is not `bearer_token`.
[[nodiscard]] Result<Caller> authenticate(const net::Headers& headers,
                                          std::string_view bearer_token);

/// The 403 for anonymous callers. `resource` is null for other paths.
[[nodiscard]] Error anonymous_denied(const net::ServerRequest& request, const ResourcePath* path,
                                     const Resource* resource);

/// The RBAC verb of a request on a resource ("list", "deletecollection").
[[nodiscard]] std::string_view verb_of(const net::ServerRequest& request, const ResourcePath& path);

/// A SelfSubjectAccessReview or SelfSubjectRulesReview, answered: everything is allowed.
[[nodiscard]] json::Value answer_review(json::Value review);

}  // namespace kaito::sandbox
