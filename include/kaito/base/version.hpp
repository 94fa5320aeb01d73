#pragma once

#include <string_view>

namespace kaito {

/// The release of libkaito and kaitoctl, "0.1.0".
[[nodiscard]] std::string_view version();
/// The newest KAITO release whose behaviour is built in, "v0.12.0".
[[nodiscard]] std::string_view kaito_release();

}  // namespace kaito
