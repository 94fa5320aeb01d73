#include "output/style.hpp"

namespace kaitoctl {

std::string painted(std::string_view text, Paint paint, bool on) {
  if (!on || paint == Paint::none) return std::string(text);
  const char* code = "0";
  switch (paint) {
    case Paint::bold:
      code = "1";
      break;
    case Paint::dim:
      code = "2";
      break;
    case Paint::red:
      code = "31";
      break;
    case Paint::green:
      code = "32";
      break;
    case Paint::yellow:
      code = "33";
      break;
    case Paint::cyan:
      code = "36";
      break;
    case Paint::none:
      break;
  }
  return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

bool use_color(const Environment& environment, std::string_view flag, bool is_terminal) {
  if (flag == "always") return true;
  if (flag == "never") return false;
  const auto set = [&](const char* name) {
    const auto value = environment.variable(name);
    return value && !value->empty();
  };
  if (set("NO_COLOR")) return false;
  if (const auto force = environment.variable("CLICOLOR_FORCE");
      force && !force->empty() && *force != "0")
    return true;
  if (environment.variable("TERM").value_or("") == "dumb") return false;
  return is_terminal;
}

}  // namespace kaitoctl
