#pragma once

#include <string>
#include <string_view>

namespace kaito::validate {

/// Why the text is not a schedule of five fields (minute, hour, day of month, month, day of week)
/// or a descriptor (@daily, @every 1h); "" when it is one. A leading "TZ=ZONE " or "CRON_TZ=ZONE "
/// is taken, its zone not looked up. Source: robfig/cron v3, ParseStandard.
[[nodiscard]] std::string schedule_problem(std::string_view text);

}  // namespace kaito::validate
