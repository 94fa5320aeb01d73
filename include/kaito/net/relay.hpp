#pragma once

#include "kaito/net/byte_stream.hpp"

namespace kaito::net {

/// Carries what each of the two gives to the other until one of them ends; what that one has said
/// by then still arrives. A second thread helps as long as it takes. Errors: as of the first call
/// of either stream that failed; failed, when there is no thread to be had.
[[nodiscard]] Result<void> relay(ByteStream& one, ByteStream& other, const CallLimits& limits);

}  // namespace kaito::net
