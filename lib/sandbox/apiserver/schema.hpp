#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/field_path.hpp"
#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"

namespace kaito::sandbox {

/// A CRD's structural schema (openAPIV3Schema), the keywords that KAITO's CRDs use.
struct Schema;

}  // namespace kaito::sandbox
