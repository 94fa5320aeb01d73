#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {

inline constexpr std::string_view kCrdFinalizer = "customresourcecleanup.apiextensions.k8s.io";

/// What a CustomResourceDefinition defines. Errors: invalid, as a Status with causes.
[[nodiscard]] Result<std::shared_ptr<const Resource>> resource_of_crd(const json::Value& crd);

/// Writes the status of an accepted CRD: conditions, acceptedNames, storedVersions.
void mark_established(json::Value& crd, std::string_view time);
/// Fills in listKind, singular and conversion.
void fill_crd_defaults(json::Value& crd);

/// The CRDs of KAITO and the NodeClaim's, as YAML, in the order in which to create them.
[[nodiscard]] std::vector<std::string_view> embedded_crds();
class Store;
/// Creates them in the store. Errors: parse, already_exists.
[[nodiscard]] Result<void> install_embedded_crds(Store& store);

}  // namespace kaito::sandbox
