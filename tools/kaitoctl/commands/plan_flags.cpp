#include "commands/plan_flags.hpp"

#include <algorithm>
#include <charconv>

#include "kaito/base/text.hpp"
#include "kaito/catalog/generator.hpp"
#include "kaito/plan/facts.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::ErrorCode;
using kaito::Result;
using kaito::catalog::Catalog;
using kaito::catalog::Lifecycle;
using kaito::catalog::Preset;
using kaito::plan::ModelFacts;
using kaito::plan::Question;

constexpr std::int64_t most_tokens = std::int64_t{1} << 32;
constexpr std::int64_t most_nodes = 100'000;

Result<void> in_range(const char* flag, const std::optional<std::int64_t>& value,
                      std::int64_t most) {
  if (!value || (*value >= 1 && *value <= most)) return {};
  return kaito::fail(ErrorCode::usage, std::string(flag) + " " + std::to_string(*value) +
                                           " is not from 1 to " + std::to_string(most));
}

/// --weights in bytes; 0 when not given.
Result<std::int64_t> weight_bytes(const PlanFlags& flags) {
  if (flags.weights.empty()) return std::int64_t{0};
  const auto parsed = kaito::Quantity::parse(flags.weights);
  constexpr std::int64_t most = std::int64_t{1} << 50;
  if (!parsed || parsed->value() <= 0 || parsed->value() > most) {
    return kaito::fail(ErrorCode::usage,
                       "--weights " + kaito::escape_controls(kaito::shorten(flags.weights, 60)) +
                           " is no size of weight files",
                       "write it as 27.31Gi");
  }
  return parsed->value();
}

/// Presets that the release refuses by name, and models that it never had.
Result<void> check_still_served(const Catalog& catalog, const Preset& preset,
                                const kaito::catalog::ResolvedPreset& model,
                                const Question& question) {
  const bool by_id = model.name == preset.hugging_face && !preset.reachable_as.empty();
  if (preset.lifecycle == Lifecycle::current || by_id ||
      question.release.number < std::array{0, 11, 0})
    return {};
  return kaito::fail(ErrorCode::not_found, catalog.describe_retirement(preset),
                     "--kaito-version " + preset.last_release + " plans for a release that has it");
}

/// The facts of --model-config in place of the catalogue's.
Result<void> read_config(Context& context, const PlanFlags& flags, const Catalog& catalog,
                         std::int64_t weights, PlanAnswer& answer) {
  KAITO_TRY(const std::string text, context.read_input(flags.model_config));
  if (weights == 0) weights = answer.question.model.weight_bytes;
  if (answer.hugging_face.empty()) {
    return kaito::fail(ErrorCode::usage,
                       "--model-config needs a Hugging Face id, not " + answer.question.model.name);
  }
  KAITO_TRY(const auto model,
            kaito::catalog::model_from_config(
                text, flags.model_config, answer.hugging_face,
                weights > 0 ? std::optional(kaito::Quantity::from_bytes(weights)) : std::nullopt));
  answer.unknown = model.unknown;
  if (!model.preset.weights) return {};
  const std::string name = answer.question.model.name;
  KAITO_TRY(answer.question.model,
            kaito::plan::model_facts(catalog, model.preset, answer.question.release));
  answer.question.model.name = name;
  return {};
}

/// The model's numbers: the catalogue's, --model-config's, --weights'.
Result<void> read_model(Context& context, const PlanFlags& flags, const Catalog& catalog,
                        PlanAnswer& answer) {
  Question& question = answer.question;
  KAITO_TRY(const auto model, catalog.resolve(flags.model));
  if (model.differs) context.note(flags.model + " is " + model.name);
  KAITO_TRY(const std::int64_t weights, weight_bytes(flags));
  question.model.name = model.name;
  if (model.preset != nullptr) {
    const Preset& preset = *model.preset;
    answer.hugging_face = preset.hugging_face;
    KAITO_CHECK(check_still_served(catalog, preset, model, question));
    KAITO_TRY(question.model, kaito::plan::model_facts(catalog, preset, question.release));
    KAITO_TRY(question.required, kaito::plan::requirement(catalog, preset, question.release));
    question.model.name = model.name;
  } else {
    answer.hugging_face = model.name;
    answer.unknown.emplace_back(
        "the KV cache per token and the context limit (--model-config FILE: the model's "
        "config.json); nodes are the fewest there can be");
  }
  if (!flags.model_config.empty())
    KAITO_CHECK(read_config(context, flags, catalog, weights, answer));
  if (weights > 0) question.model.weight_bytes = weights;
  if (question.model.weight_bytes > 0) {
    if (question.required.weight_bytes == 0)
      question.required.weight_bytes = question.model.weight_bytes;
    return {};
  }
  if (question.release.profile->sizing == kaito::plan::Sizing::requested && model.preset != nullptr)
    return {};
  return kaito::fail(ErrorCode::failed,
                     "the weight size of " + model.name +
                         " is not known here, so nothing fits "
                         "for certain",
                     "say it: --weights SIZE (the sum of its .safetensors files), and "
                     "--model-config FILE (its config.json)");
}

Result<void> check_context(const PlanFlags& flags, const Question& question) {
  const auto& limit = question.model.context_limit;
  if (!flags.context_length || !limit || *flags.context_length <= *limit) return {};
  return kaito::fail(ErrorCode::invalid,
                     question.model.name + " takes at most " + std::to_string(*limit) +
                         " tokens, not " + std::to_string(*flags.context_length),
                     "KAITO refuses a longer max-model-len");
}

/// --nodes: a number of nodes, or a file of them.
Result<std::optional<std::int64_t>> node_number(const std::string& text) {
  if (text.empty() ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::optional<std::int64_t>();
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) number = most_nodes + 1;
  KAITO_CHECK(in_range("--nodes", number, most_nodes));
  return std::optional(number);
}

Result<void> read_question(Context& context, const PlanFlags& flags, const Catalog& catalog,
                           PlanAnswer& answer) {
  Question& question = answer.question;
  if (!flags.kaito_version.empty()) {
    KAITO_TRY(question.release, kaito::plan::find_release(flags.kaito_version));
    if (question.release.newer_than_known)
      context.warn("KAITO " + question.release.name +
                   " is newer than this program knows; planned as v0.12.0");
  }
  if (flags.runtime == "transformers") question.runtime = kaito::plan::Runtime::transformers;
  KAITO_CHECK(in_range("--context-length", flags.context_length, most_tokens));
  KAITO_CHECK(in_range("--max-nodes", flags.max_nodes, most_nodes));
  question.context_tokens = flags.context_length;
  question.max_nodes = flags.max_nodes;
  KAITO_TRY(question.nodes, node_number(flags.nodes));
  question.max_price = flags.max_price;
  if (flags.max_price && !(*flags.max_price > 0))
    return kaito::fail(ErrorCode::usage, "--max-price must be above 0");
  if (flags.max_price && flags.prices.empty()) {
    return kaito::fail(ErrorCode::usage, "--max-price needs prices, and kaitoctl ships none",
                       "--prices FILE");
  }
  if (!flags.prices.empty()) {
    KAITO_TRY(const std::string text, context.read_input(flags.prices));
    KAITO_TRY(answer.prices, kaito::plan::load_prices(text, flags.prices));
  }
  KAITO_CHECK(read_model(context, flags, catalog, answer));
  return check_context(flags, question);
}

Result<void> rank_own_nodes(Context& context, const PlanFlags& flags, PlanAnswer& answer) {
  KAITO_TRY(const std::string text, context.read_input(flags.nodes));
  KAITO_TRY(const auto nodes, kaito::plan::load_own_nodes(text, flags.nodes));
  if (!nodes.without_gpus.empty()) {
    const auto count = nodes.without_gpus.size();
    context.note(std::to_string(count) + (count == 1 ? " node" : " nodes") +
                 " without GPU labels passed over");
  }
  if (nodes.groups.empty()) {
    return kaito::fail(ErrorCode::invalid, "no node in " + flags.nodes + " has GPU labels",
                       "the NVIDIA GPU feature discovery sets nvidia.com/gpu.product, .count and "
                       ".memory");
  }
  answer.own_nodes = true;
  answer.where = flags.nodes;
  answer.ranking = kaito::plan::rank(nodes.groups, answer.question);
  return {};
}

Result<void> rank_cloud(const PlanFlags& flags, const Catalog& catalog, PlanAnswer& answer) {
  answer.where = flags.cloud.empty() ? "azure" : flags.cloud;
  if (!flags.instance_type.empty()) {
    KAITO_TRY(const auto* sku, catalog.resolve_sku(flags.instance_type, flags.cloud));
    answer.where = sku->cloud;
    answer.asked = kaito::plan::judge(catalog, *sku, answer.question);
  }
  answer.ranking = kaito::plan::rank(catalog, answer.where, answer.question);
  return {};
}

}  // namespace

void add_plan_flags(CommandLine& command, PlanFlags& flags) {
  command.positional("MODEL", flags.model, "A preset, a short form of one, or a Hugging Face id")
      .text("--instance-type", flags.instance_type, "Judge this instance type", "SKU")
      .choice("--cloud", flags.cloud, {"azure", "aws", "arc"},
              "Whose instance types to rank (azure, or that of --instance-type)")
      .integer("--context-length", flags.context_length,
               "Tokens that one request may have (default: 2048, as the operator counts)")
      .text("--nodes", flags.nodes,
            "A number: no more nodes than that. A file: your own Node objects (kubectl get nodes "
            "-o yaml)",
            "N|FILE")
      .text("--mig", flags.mig, "A MIG slice of an own node, such as 2g.24gb", "PROFILE")
      .integer("--max-nodes", flags.max_nodes, "Leave out what needs more nodes")
      .real("--max-price", flags.max_price, "Leave out what costs more an hour, all nodes together",
            "PRICE")
      .text("--prices", flags.prices, "What a node of each instance type costs an hour", "FILE")
      .text("--kaito-version", flags.kaito_version, "The operator's release (default v0.12.0)", "V")
      .choice("--runtime", flags.runtime, {"vllm", "transformers"}, "The model server")
      .text("--model-config", flags.model_config,
            "The model's config.json, where the catalogue does not know it", "FILE")
      .text("--weights", flags.weights, "The size of its weight files", "SIZE")
      .text("-o,--output", flags.output, "json, yaml, wide (every rejected size) or name", "FORMAT")
      .footer(
          "Examples:\n"
          "  kaitoctl plan phi-4\n"
          "  kaitoctl plan llama-3.3-70b-instruct --instance-type Standard_NV36ads_A10_v5\n"
          "  kaitoctl plan phi-4-mini --cloud aws --context-length 65536 --max-nodes 1\n"
          "  kubectl get nodes -o yaml | kaitoctl plan phi-4 --nodes -\n"
          "  kaitoctl plan my-org/my-model --model-config config.json --weights 14.9Gi");
}

Result<PlanAnswer> answer_plan(Context& context, const PlanFlags& flags, const Catalog& catalog) {
  PlanAnswer answer;
  KAITO_CHECK(read_question(context, flags, catalog, answer));
  if (answer.prices) answer.question.prices = &*answer.prices;
  const bool own_nodes = !flags.nodes.empty() && !answer.question.nodes;
  if (own_nodes + !flags.mig.empty() + !flags.instance_type.empty() > 1) {
    return kaito::fail(ErrorCode::usage,
                       "--instance-type, --mig and --nodes FILE are three different places");
  }
  if (!flags.mig.empty()) {
    KAITO_TRY(const auto slice, kaito::plan::mig_slice(catalog, flags.mig));
    answer.where = "MIG";
    answer.asked = kaito::plan::judge(slice, answer.question);
    answer.ranking = kaito::plan::rank_slices(catalog, answer.question);
  } else if (own_nodes) {
    KAITO_CHECK(rank_own_nodes(context, flags, answer));
  } else {
    KAITO_CHECK(rank_cloud(flags, catalog, answer));
  }
  // The answer moves on, and its list with it.
  answer.question.prices = nullptr;
  return answer;
}

}  // namespace kaitoctl::commands
