#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "kaito/net/server.hpp"
#include "sandbox/apiserver/rbac.hpp"
#include "sandbox/apiserver/target.hpp"

namespace kaito::sandbox {

/// The tokens that are known. Source: kubernetes-client.md 6.7.
struct Tokens {
  std::string administrator;  ///< "" = everybody is the administrator
  std::string limited;        ///< of "alice", who may what she is granted; "" = no such user
};

/// Who asks, and what they may do.
struct Caller {
  Identity identity;       ///< "system:anonymous" without credentials
  bool logged_in = false;  ///< may see what is served, and ask for their own rights
  bool may_all = false;    ///< in the group system:masters; others: what they are granted
};

/// The user of a request's client certificate, or else of its token, or whom the impersonation
/// headers name. Errors: unauthenticated, for an unknown token, and for a certificate that is not
/// valid here without a token that is; forbidden, for an impersonation without the right to it.
[[nodiscard]] Result<Caller> authenticate(const net::ServerRequest& request, const Tokens& tokens);
/// Impersonation headers that name no user: the text that the server answers with status 500, or
/// "".
[[nodiscard]] std::string impersonation_mistake(const net::ServerRequest& request);

/// Whether the caller may have the answer, by what `store` grants. `resource` is nothing for paths
/// that are about none. Errors: forbidden.
[[nodiscard]] Result<void> authorize(const Store& store, const Caller& caller,
                                     const net::ServerRequest& request, std::string_view path,
                                     const std::optional<ResourcePath>& resource);

/// The RBAC verb of a request on a resource ("list", "deletecollection").
[[nodiscard]] std::string_view verb_of(const net::ServerRequest& request, const ResourcePath& path);

/// A SelfSubjectAccessReview or SelfSubjectRulesReview, answered.
[[nodiscard]] json::Value answer_review(const Store& store, const Caller& caller,
                                        json::Value review);

}  // namespace kaito::sandbox
