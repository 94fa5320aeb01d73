#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/storage_ptr.hpp>
#include <cstddef>

namespace kaito::json {

/// Memory for one document, given back as a whole with the last value in it. Counted, because what
/// others copy or move out of a value in it lies there too.
[[nodiscard]] inline boost::json::storage_ptr new_arena() {
  constexpr std::size_t kFirstBlock = 4096;
  return boost::json::make_shared_resource<boost::json::monotonic_resource>(kFirstBlock);
}

}  // namespace kaito::json
