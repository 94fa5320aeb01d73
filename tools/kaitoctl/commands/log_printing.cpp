#include "commands/log_printing.hpp"

#include <iostream>
#include <mutex>
#include <stop_token>
#include <thread>

#include "kaito/base/text.hpp"

namespace kaitoctl::commands {

namespace {

/// What a terminal would show of a line that was written over itself.
std::string_view last_state(std::string_view line) {
  while (line.ends_with('\r'))
    line.remove_suffix(1);
  return line.substr(line.rfind('\r') + 1);
}

/// Prints lines as they come, from several threads.
class LinePrinter {
 public:
  LinePrinter(Context& context, bool follow) : context_(context), follow_(follow) {}

  /// False when nobody reads any more.
  [[nodiscard]] bool print(const std::string& prefix, std::string_view line) {
    const std::lock_guard hold(mutex_);
    auto& out = context_.out();
    out << prefix;
    if (context_.environment().out_is_terminal)
      out << kaito::escape_controls(last_state(line));
    else
      out << line;
    out << '\n';
    if (follow_) out << std::flush;
    return static_cast<bool>(out);
  }

 private:
  Context& context_;
  const bool follow_;
  std::mutex mutex_;
};

/// The end of the output is the end of the log: nobody is left to read it.
kaito::Result<void> print_log(kaito::kube::PodLog& log, const std::string& prefix,
                              LinePrinter& printer, const kaito::CallLimits& limits) {
  for (;;) {
    KAITO_TRY(const auto line, log.next(limits));
    if (!line || !printer.print(prefix, *line)) return {};
  }
}

}  // namespace

kaito::Result<void> print_logs(Context& context, kaito::kube::Client& client,
                               const std::string& namespace_, const std::vector<LogSource>& sources,
                               kaito::k8s::LogOptions options) {
  LinePrinter printer(context, options.follow);
  std::stop_source over;
  const std::stop_callback interrupt(context.stop_token(), [&over] { over.request_stop(); });
  const auto show = [&](const LogSource& source) -> kaito::Result<void> {
    auto of_this = options;
    of_this.container = source.container;
    KAITO_TRY(auto limits, context.limits());
    limits.stop = over.get_token();
    auto opened = client.pod_log(namespace_, source.pod, of_this, limits);
    if (!opened)
      return kaito::fail(
          std::move(opened).error().hinted("kaitoctl status -w shows when its containers start"));
    const auto log = std::move(*opened);
    if (options.follow) limits.deadline = kaito::Deadline::never();
    return print_log(*log, sources.size() > 1 ? "[" + source.pod + "] " : "", printer, limits);
  };
  if (!options.follow || sources.size() == 1) {
    for (const auto& source : sources)
      KAITO_CHECK(show(source));
    return {};
  }
  std::vector<kaito::Result<void>> results(sources.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < sources.size(); ++i)
      threads.emplace_back([&, i] {
        results[i] = show(sources[i]);
        // One that fails ends all: half of the lines would look like the whole.
        if (!results[i]) over.request_stop();
      });
  }
  for (auto& result : results)
    if (!result && result.error().code != kaito::ErrorCode::interrupted) return result;
  for (auto& result : results)
    if (!result) return result;
  return {};
}

}  // namespace kaitoctl::commands
