#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>

#include "kaito/base/rounding.hpp"

namespace kaito {
namespace {

using Limits = std::numeric_limits<std::int64_t>;

TEST_CASE("the whole number below and the one above") {
  struct Row {
    double number;
    std::int64_t below;
    std::int64_t above;
  };
  for (const Row& row : {Row{0.0, 0, 0}, Row{0.2, 0, 1}, Row{2.0, 2, 2}, Row{2.999, 2, 3},
                         Row{-0.2, -1, 0}, Row{-2.0, -2, -2}, Row{-2.5, -3, -2},
                         Row{2251799813685248.5, 2251799813685248, 2251799813685249}}) {
    CAPTURE(row.number);
    CHECK(whole_below(row.number) == row.below);
    CHECK(whole_above(row.number) == row.above);
  }
}

TEST_CASE("what no 64 bits hold becomes the nearest that they do") {
  CHECK(whole_below(1e300) == Limits::max());
  CHECK(whole_above(1e300) == Limits::max());
  CHECK(whole_below(-1e300) == Limits::min());
  CHECK(whole_above(-1e300) == Limits::min());
  CHECK(whole_below(std::numeric_limits<double>::quiet_NaN()) == 0);
  CHECK(whole_above(std::numeric_limits<double>::quiet_NaN()) == 0);
}

}  // namespace
}  // namespace kaito
