#include "context.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>

#include "exit_codes.hpp"
#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kaito/ops/deploy.hpp"
#include "output/style.hpp"

namespace kaitoctl {

using kaito::ErrorCode;

Context::Context(Environment& environment, GlobalFlags& flags)
    : environment_(environment), flags_(flags) {}
Context::~Context() = default;

kaito::Result<kaito::kube::Client*> Context::client() {
  if (client_) return client_.get();
  kaito::kube::Surroundings surroundings;
  surroundings.read_file = environment_.read_file;
  surroundings.variable = environment_.variable;
  surroundings.file_mode = environment_.file_mode;
  surroundings.working_directory = environment_.working_directory;
  surroundings.home = environment_.home;
  surroundings.environment = environment_.variables;
  surroundings.wall_clock = environment_.now;
  surroundings.stdin_available = [this] { return environment_.in_is_terminal && !stdin_read_; };
  KAITO_TRY(auto config, kaito::kube::load_cluster_config(flags_.cluster, surroundings));
  for (const auto& warning : config.warnings)
    warn(warning);
  namespace_name_ = config.namespace_;

  kaito::kube::ClientLog log;
  log.level = static_cast<int>(flags_.verbosity);
  if (log.level > 0) {
    log.write = [this](int, const std::string& line) {
      err() << kaito::escape_controls(line) << '\n';
    };
  }
  log.warning = [this](const std::string& text) { warn(text); };
  KAITO_TRY(auto client, kaito::kube::Client::create(std::move(config), std::move(log)));
  // A login may take a person longer than --request-timeout gives one request.
  KAITO_CHECK(client->authenticate(limits_until(kaito::Deadline::never())));
  client_ = std::move(client);
  return client_.get();
}

const std::string& Context::namespace_() const {
  return namespace_name_;
}

std::stop_token Context::stop_token() {
  if (!stop_.stop_possible() && environment_.watch_interrupts)
    stop_ = environment_.watch_interrupts();
  return stop_;
}

kaito::Result<kaito::CallLimits> Context::limits() {
  KAITO_TRY(const auto timeout, request_timeout(flags_));
  const bool endless = timeout == std::chrono::nanoseconds(0);
  return limits_until(endless ? kaito::Deadline::never() : kaito::Deadline::after(timeout));
}

kaito::CallLimits Context::limits_until(kaito::Deadline deadline) {
  return kaito::CallLimits{deadline, stop_token()};
}

void Context::renew_interrupts() {
  if (environment_.renew_interrupts) environment_.renew_interrupts();
  stop_ = {};
}

void Context::note(std::string_view text) {
  if (!flags_.quiet) err() << kaito::escape_controls(text) << '\n';
}

void Context::warn(std::string_view text) {
  err() << painted("Warning:", Paint::yellow, color_err()) << ' ' << kaito::escape_controls(text)
        << '\n';
}

bool Context::color_out() const {
  return use_color(environment_, flags_.color, environment_.out_is_terminal);
}
bool Context::color_err() const {
  return use_color(environment_, flags_.color, environment_.err_is_terminal);
}

void Context::print_finding(const kaito::validate::Finding& finding) {
  using kaito::validate::Severity;
  std::string line;
  if (finding.place && !finding.place->file.empty()) line = finding.place->text() + ": ";
  const Paint paint = finding.severity == Severity::error     ? Paint::red
                      : finding.severity == Severity::warning ? Paint::yellow
                                                              : Paint::cyan;
  err() << kaito::escape_controls(line)
        << painted(kaito::validate::to_string(finding.severity), paint, color_err()) << ": ";
  if (!finding.path.empty()) err() << kaito::escape_controls(finding.path.text()) << ": ";
  err() << kaito::escape_controls(finding.message) << " [" << finding.code << "]\n";
  if (!finding.fix.empty()) err() << "  fix: " << kaito::escape_controls(finding.fix) << '\n';
}

int Context::report(const kaito::Error& error) {
  if (const auto* findings = dynamic_cast<const kaito::ops::Findings*>(error.payload.get())) {
    for (const auto& finding : findings->findings)
      print_finding(finding);
  }
  err() << painted("error:", Paint::red, color_err()) << ' '
        << kaito::escape_controls(error.describe()) << '\n';
  if (!error.hint.empty()) err() << "  hint: " << kaito::escape_controls(error.hint) << '\n';
  if (error.code == ErrorCode::interrupted && environment_.exit_code_of_interrupt) {
    if (const int code = environment_.exit_code_of_interrupt(); code != 0) return code;
  }
  return exit_code(error.code);
}

int Context::exit_code_of(const kaito::Result<int>& outcome) {
  return outcome ? *outcome : report(outcome.error());
}

kaito::ops::EventSink Context::event_sink() {
  return [this](const kaito::ops::Event& event) {
    if (event.kind == kaito::ops::Event::Kind::warning)
      warn(event.text);
    else
      note(event.text);
  };
}

kaito::Result<bool> Context::confirm(const std::string& question) {
  if (flags_.yes) return true;
  if (flags_.no_input || !environment_.in_is_terminal || !environment_.err_is_terminal) {
    return kaito::fail(ErrorCode::usage, question + " cannot be asked here",
                       "confirm with -y (--yes)");
  }
  err() << kaito::escape_controls(question) << " [y/N] " << std::flush;
  std::string answer;
  std::getline(*environment_.in, answer);
  answer = kaito::to_lower(kaito::trim(answer));
  return answer == "y" || answer == "yes";
}

kaito::Result<std::string> Context::read_input(const std::string& path) {
  if (path != "-") {
    auto text = environment_.read_file(path);
    if (!text) {
      // A file that the user named and that cannot be read is a usage error, whatever the reason.
      return kaito::fail(ErrorCode::parse, std::move(text.error().message));
    }
    return std::move(*text);
  }
  stdin_read_ = true;
  std::string text{std::istreambuf_iterator<char>(*environment_.in),
                   std::istreambuf_iterator<char>()};
  return text;
}

kaito::Result<std::chrono::nanoseconds> parse_duration_flag(std::string_view flag,
                                                            std::string_view text) {
  auto duration = kaito::parse_duration(text);
  if (duration) return duration;
  auto error = std::move(duration).error();
  error.code = ErrorCode::usage;
  error.message = std::string(flag) + ": " + error.message;
  return kaito::fail(std::move(error));
}

kaito::Result<std::chrono::nanoseconds> request_timeout(const GlobalFlags& flags) {
  KAITO_TRY(const auto timeout, parse_duration_flag("--request-timeout", flags.request_timeout));
  if (timeout >= std::chrono::nanoseconds(0)) return timeout;
  return kaito::fail(ErrorCode::usage,
                     "--request-timeout: \"" + flags.request_timeout + "\" is less than no time",
                     "0 waits without end");
}

kaito::Result<NamedObject> parse_object_name(const std::string& typed) {
  if (typed.empty())
    return kaito::fail(ErrorCode::usage, "the name of a workspace is missing",
                       "kaitoctl status lists them");
  NamedObject named;
  named.name = typed;
  if (const auto slash = typed.find('/'); slash != std::string::npos) {
    const std::string kind = kaito::to_lower(typed.substr(0, slash));
    named.name = typed.substr(slash + 1);
    static constexpr std::string_view workspaces[] = {
        "workspace", "workspaces", "wk", "wks", "workspace.kaito.sh", "workspaces.kaito.sh"};
    static constexpr std::string_view sets[] = {
        "inferenceset", "inferencesets",         "is",
        "isets",        "inferenceset.kaito.sh", "inferencesets.kaito.sh"};
    if (std::find(std::begin(sets), std::end(sets), kind) != std::end(sets)) {
      named.inference_set = true;
    } else if (std::find(std::begin(workspaces), std::end(workspaces), kind) ==
               std::end(workspaces)) {
      return kaito::fail(ErrorCode::usage,
                         "\"" + typed + "\": \"" + kind + "\" is not a kind that kaitoctl handles",
                         "write NAME, workspace/NAME or inferenceset/NAME");
    }
  }
  if (const auto problem = kaito::dns_subdomain_problem(named.name); !problem.empty())
    return kaito::fail(ErrorCode::usage,
                       "\"" + named.name + "\" cannot be the name of an object: " + problem);
  return named;
}

}  // namespace kaitoctl
