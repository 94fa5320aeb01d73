#pragma once

#include "command_line.hpp"
#include "context.hpp"

namespace kaitoctl::commands {

/// Each command adds itself below `root`; its action runs with `context`.
void add_plan(CommandLine& root, Context& context);
void add_render(CommandLine& root, Context& context);
void add_validate(CommandLine& root, Context& context);
void add_deploy(CommandLine& root, Context& context);
void add_status(CommandLine& root, Context& context);
void add_logs(CommandLine& root, Context& context);
void add_chat(CommandLine& root, Context& context);
void add_endpoint(CommandLine& root, Context& context);
void add_delete(CommandLine& root, Context& context);
void add_models(CommandLine& root, Context& context);
void add_skus(CommandLine& root, Context& context);
void add_sandbox(CommandLine& root, Context& context);
void add_version(CommandLine& root, Context& context);

/// All of them, in the order of the help.
void add_all(CommandLine& root, Context& context);

}  // namespace kaitoctl::commands
