#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "kaito/base/error.hpp"

namespace kaito {

/// The value, or why there is none. An alias, so that std::expected can take over in one file.
template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorCode::parse, "...")` from a function that returns any Result.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                                std::string hint = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), {}, std::move(hint), nullptr});
}

}  // namespace kaito

#define KAITO_CONCAT_IMPL(a, b) a##b
#define KAITO_CONCAT(a, b) KAITO_CONCAT_IMPL(a, b)

/// KAITO_TRY(auto x, f()): x is f()'s value, or the enclosing function returns f()'s error.
#define KAITO_TRY(declaration, expression)                                               \
  auto KAITO_CONCAT(kaito_try_, __LINE__) = (expression);                                \
  if (!KAITO_CONCAT(kaito_try_, __LINE__))                                               \
    return ::kaito::fail(std::move(KAITO_CONCAT(kaito_try_, __LINE__)).error());         \
  declaration = /* NOLINT(bugprone-macro-parentheses): a declaration cannot have them */ \
      std::move(*KAITO_CONCAT(kaito_try_, __LINE__))

/// KAITO_CHECK(f()): for Result<void>; returns the error from the enclosing function.
#define KAITO_CHECK(expression)                                      \
  do {                                                               \
    if (auto kaito_check_result = (expression); !kaito_check_result) \
      return ::kaito::fail(std::move(kaito_check_result).error());   \
  } while (false)
