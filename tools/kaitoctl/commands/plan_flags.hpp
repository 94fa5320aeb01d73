#pragma once

#include <optional>
#include <string>

#include "command_line.hpp"
#include "context.hpp"
#include "kaito/catalog/catalog.hpp"
#include "output/plan_view.hpp"

namespace kaitoctl::commands {

/// The flags of `plan`, as typed.
struct PlanFlags {
  std::string model;
  std::string instance_type;
  std::string cloud;
  std::optional<std::int64_t> context_length;
  std::string nodes;  ///< a number, or a file of Node objects
  std::optional<std::int64_t> max_nodes;
  std::optional<double> max_price;
  std::string prices;
  std::string kaito_version;
  std::string runtime;
  std::string mig;
  std::string model_config;
  std::string weights;
  std::string output;
};

void add_plan_flags(CommandLine& command, PlanFlags& flags);

/// Reads what the flags name and works everything out. Errors: usage, parse, not_found, invalid.
[[nodiscard]] kaito::Result<PlanAnswer> answer_plan(Context& context, const PlanFlags& flags,
                                                    const kaito::catalog::Catalog& catalog);

}  // namespace kaitoctl::commands
