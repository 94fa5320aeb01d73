#pragma once

#include <cstdint>
#include <string_view>

namespace kaito::validate {

/// What is wrong with an address that the operator is to download data from, the first that
/// applies. Hosts are not resolved. Source: workspace-api.md V089 to V092.
enum class UrlFault : std::uint8_t {
  none,
  malformed,  ///< not a URL, or without a host
  scheme,     ///< neither http nor https
  local,      ///< localhost or a cloud's metadata service by name
  internal,   ///< a literal loopback, private or link-local address
};
[[nodiscard]] UrlFault screen_url(std::string_view url);

}  // namespace kaito::validate
