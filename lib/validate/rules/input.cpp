#include "validate/rule.hpp"

/// What is wrong with a file before there is an object. Reported by review.cpp.
namespace kaito::validate {

namespace {

constexpr Rule kRules[] = {
    {"K000", Severity::error, "a document that cannot be read", nullptr},
};

}  // namespace

Rules input_rules() {
  return kRules;
}

}  // namespace kaito::validate
