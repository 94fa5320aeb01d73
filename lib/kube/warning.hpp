#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kaito/net/http.hpp"

namespace kaito::kube {

/// The texts of an answer's Warning headers (code 299), in order, safe for a terminal and at most
/// 2 KiB each; malformed ones are passed over. Source: RFC 7234 5.5, kubernetes-client.md 3.12.
[[nodiscard]] std::vector<std::string> warning_texts(const net::Headers& headers);

}  // namespace kaito::kube
