#pragma once

#include <string_view>
#include <vector>

#include "kaito/base/time.hpp"
#include "kaito/json/value.hpp"
#include "sandbox/apiserver/object.hpp"

namespace kaito::sandbox {

struct Resource;

/// What a Table's rows carry of their objects.
enum class RowObject : std::uint8_t { none, metadata, whole };

/// meta.k8s.io/v1 Table of the objects, with the columns of that version of the kind.
/// `list_meta` is its metadata. `with_columns` is off for all but the first event of a watch.
[[nodiscard]] json::Value table_json(const Resource& resource, std::string_view version,
                                     const std::vector<ObjectPtr>& objects, json::Value list_meta,
                                     RowObject row_object, bool with_columns, Instant now);

/// PartialObjectMetadata of an object.
[[nodiscard]] json::Value metadata_only(const json::Value& object);

/// The cell of a built-in kind's column ("pod-ready"); see builtin_resources.cpp.
[[nodiscard]] json::Value computed_cell(std::string_view cell, const json::Value& object,
                                        Instant now);

}  // namespace kaito::sandbox
