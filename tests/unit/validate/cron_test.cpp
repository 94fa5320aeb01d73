#include "validate/cron.hpp"

#include <doctest/doctest.h>

using kaito::validate::schedule_problem;

TEST_CASE("schedules") {
  for (const char* good :
       {"* * * * *", "0 2 * * sat", "*/15 0-6,22 1,15 JAN-mar ?", "5/10 * * * 0", "@daily",
        "@every 1h30m", "TZ=Europe/Berlin 0 2 * * *", "CRON_TZ=UTC @hourly", "  0  2 * * *"})
    CHECK_MESSAGE(schedule_problem(good) == "", good);
  for (const char* bad :
       {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
        "* * * * 7", "a * * * *", "5-1 * * * *", "*/0 * * * *", "*/x * * * *", "@Daily", "@every",
        "@every soon", "TZ=UTC", "1,,2 * * * *"})
    CHECK_MESSAGE(schedule_problem(bad) != "", bad);
}
