#include "commands/registry.hpp"

namespace kaitoctl::commands {

void add_all(CommandLine& root, Context& context) {
  add_plan(root, context);
  add_validate(root, context);
  add_render(root, context);
  add_deploy(root, context);
  add_status(root, context);
  add_logs(root, context);
  add_chat(root, context);
  add_endpoint(root, context);
  add_delete(root, context);
  add_models(root, context);
  add_skus(root, context);
  add_sandbox(root, context);
  add_version(root, context);
}

}  // namespace kaitoctl::commands
