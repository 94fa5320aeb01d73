#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "kaito/json/value.hpp"
#include "kaito/kube/client.hpp"
#include "kaito/runtime/informer.hpp"

namespace kaito::runtime {

/// Reads a list page by page, so that no more than a page is in memory as parsed JSON; `item` is
/// given each object, apiVersion and kind filled in, and may fail the list. Gives the list's
/// resourceVersion. `limit` 0: everything in one page. Errors: as Client::request and `item`, and
/// protocol (not a list, or one without a resourceVersion).
[[nodiscard]] Result<std::string> list_pages(
    kube::Client& client, const InformerOptions& options, const std::string& resource_version,
    std::int64_t limit, const std::function<Result<void>(json::Value& object)>& item,
    const std::stop_token& stop);

/// The server cannot list at this resourceVersion: it has forgotten it, or has not got there yet.
[[nodiscard]] bool version_unavailable(const Error& error);

}  // namespace kaito::runtime
