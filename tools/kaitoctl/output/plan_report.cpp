#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "output/plan_view.hpp"

namespace kaitoctl {

namespace {

using boost::json::array;
using boost::json::object;
using kaito::plan::Candidate;

[[nodiscard]] array texts(const std::vector<std::string>& items) {
  array out;
  for (const std::string& item : items)
    out.emplace_back(item);
  return out;
}

[[nodiscard]] object model_json(const PlanAnswer& answer) {
  const auto& model = answer.question.model;
  object out;
  out["name"] = model.name;
  if (!answer.hugging_face.empty()) out["huggingFace"] = answer.hugging_face;
  out["weightBytes"] = model.weight_bytes;
  if (model.bytes_per_token > 0) {
    out["bytesPerToken"] = model.bytes_per_token;
    out["bytesPerTokenIsUpperBound"] = model.cache_is_upper_bound;
  }
  if (model.context_limit) out["contextLimit"] = *model.context_limit;
  if (!answer.unknown.empty()) out["unknown"] = texts(answer.unknown);
  return out;
}

[[nodiscard]] object working_json(const kaito::plan::Estimate& estimate) {
  object out;
  out["contextTokens"] = estimate.context_tokens;
  out["modelBytes"] = estimate.model_bytes;
  out["usableBytesPerGpu"] = estimate.usable_bytes;
  out["cacheBytesPerGpu"] = estimate.kv_bytes;
  out["reserveBytesPerGpu"] = estimate.reserve_bytes;
  if (estimate.budget_bytes > 0) {
    out["weightBudgetBytesPerGpu"] = estimate.budget_bytes;
    out["minGpus"] = estimate.min_gpus;
  }
  return out;
}

[[nodiscard]] object server_json(const kaito::plan::ServerSettings& server) {
  object out;
  out["dataParallel"] = server.parallel.data;
  out["tensorParallel"] = server.parallel.tensor;
  out["pipelineParallel"] = server.parallel.pipeline;
  if (server.gpu_memory_utilization) out["gpuMemoryUtilization"] = *server.gpu_memory_utilization;
  if (server.max_model_len_auto) out["maxModelLen"] = "auto";
  if (server.max_model_len) out["maxModelLen"] = *server.max_model_len;
  return out;
}

[[nodiscard]] object memory_json(const kaito::plan::GpuMemory& memory) {
  object out;
  out["total"] = memory.total;
  out["weights"] = memory.weights;
  out["overhead"] = memory.overhead;
  out["cache"] = memory.cache;
  out["spare"] = memory.spare;
  out["withheld"] = memory.withheld;
  if (memory.cache_tokens) out["cacheTokens"] = *memory.cache_tokens;
  return out;
}

[[nodiscard]] object candidate_json(const Candidate& candidate) {
  object out;
  const auto& node = candidate.node;
  out[candidate.sku == nullptr ? "gpus" : "instanceType"] = node.name;
  if (candidate.sku != nullptr) out["cloud"] = candidate.sku->cloud;
  if (!node.gpu_model.empty()) out["gpuModel"] = node.gpu_model;
  out["gpusPerNode"] = node.count;
  out["gpuMemoryBytesPerNode"] = node.memory_bytes;
  if (node.slice) out["migSlice"] = true;
  out["fits"] = candidate.fits();
  if (!candidate.fits()) {
    out["obstacle"] = kaito::plan::to_string(candidate.obstacle);
    out["reason"] = candidate.reason;
  }
  if (!candidate.cautions.empty()) out["cautions"] = texts(candidate.cautions);
  if (candidate.estimate.nodes > 0) {
    out["nodeCount"] = candidate.estimate.nodes;
    out["totalGpuMemoryBytes"] = candidate.total_memory_bytes();
  }
  if (candidate.estimate.estimated) out["working"] = working_json(candidate.estimate);
  if (candidate.memory) {
    out["server"] = server_json(candidate.server);
    out["memoryPerGpu"] = memory_json(*candidate.memory);
  }
  if (candidate.longest_context) out["longestContextTokens"] = *candidate.longest_context;
  if (candidate.price_per_hour) out["pricePerHour"] = *candidate.price_per_hour;
  return out;
}

[[nodiscard]] array candidates_json(const std::vector<Candidate>& candidates) {
  array out;
  for (const Candidate& candidate : candidates)
    out.push_back(candidate_json(candidate));
  return out;
}

}  // namespace

kaito::json::Value plan_report(const PlanAnswer& answer) {
  const auto& question = answer.question;
  object out;
  out["apiVersion"] = "kaitoctl.dev/v1";
  out["kind"] = "PlanReport";
  out["kaitoRelease"] = question.release.name;
  out["model"] = model_json(answer);
  out["runtime"] = question.runtime == kaito::plan::Runtime::transformers ? "transformers" : "vllm";
  if (question.context_tokens) out["contextTokens"] = *question.context_tokens;
  out["on"] = answer.where;
  out["fits"] = answer.fits();
  if (const Candidate* subject = answer.subject()) out["subject"] = candidate_json(*subject);
  out["orderedBy"] = answer.ranking.by_price ? "price" : "gpuMemory";
  if (answer.prices) {
    object prices;
    if (!answer.prices->currency.empty()) prices["currency"] = answer.prices->currency;
    if (!answer.prices->source.empty()) prices["source"] = answer.prices->source;
    if (!answer.prices->date.empty()) prices["date"] = answer.prices->date;
    out["prices"] = std::move(prices);
  }
  out["candidates"] = candidates_json(answer.ranking.fitting);
  out["rejected"] = candidates_json(answer.ranking.rejected);
  return out;
}

}  // namespace kaitoctl
