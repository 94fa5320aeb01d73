#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"
#include "sandbox/apiserver/object.hpp"

namespace kaito::sandbox {

/// Where a list goes on: behind `last`, in the state of `revision` (-1: in today's state).
struct PageToken {
  std::int64_t revision = 0;
  ObjectKey last;
};

/// The continue token as kube-apiserver makes it: {v, rv, start} in URL-safe base64.
[[nodiscard]] std::string write_token(const PageToken& token);
/// Errors: invalid as a BadRequest.
[[nodiscard]] Result<PageToken> read_token(std::string_view text);

}  // namespace kaito::sandbox
