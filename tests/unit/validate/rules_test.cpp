#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "cases.hpp"
#include "rule_cases.hpp"
#include "update_cases.hpp"

using namespace kaito;
using test::Base;

namespace {

const char* text_of(Base base) {
  switch (base) {
    case Base::inference:
      return R"({apiVersion: kaito.sh/v1beta1, kind: Workspace, metadata: {name: chat},
        resource: {instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {apps: chat}}},
        inference: {preset: {name: phi-4}}})";
    case Base::tuning:
      return R"({apiVersion: kaito.sh/v1beta1, kind: Workspace, metadata: {name: tune},
        resource: {instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {apps: tune}}},
        tuning: {preset: {name: phi-4}, method: qlora, input: {urls: ["https://e.com/x.parquet"]},
          output: {image: r.io/o:1, imagePushSecret: push}}})";
    case Base::inference_set:
      break;
  }
  return R"({apiVersion: kaito.sh/v1beta1, kind: InferenceSet, metadata: {name: chat},
    spec: {replicas: 2, labelSelector: {matchLabels: {apps: chat}}, template: {
      resource: {instanceType: Standard_NC24ads_A100_v4}, inference: {preset: {name: phi-4}}}}})";
}

json::Value patched(Base base, const std::string& patch) {
  json::Value value = test::yaml(text_of(base));
  json::merge_patch(value, test::yaml(patch));
  return value;
}

validate::Context context_of(const std::string& setting) {
  validate::Context context = test::context();
  context.own_nodes = setting == "own";
  context.own_nodes_known = setting == "own" || setting == "nap";
  if (setting.starts_with("cloud=")) context.cloud = setting.substr(6);
  if (setting.starts_with("release=")) context.operator_release = setting.substr(8);
  return context;
}

std::vector<test::RuleCase> all_cases() {
  std::vector<test::RuleCase> all;
  for (const auto& cases :
       {test::shape_cases(), test::resource_cases(), test::inference_cases(), test::tuning_cases()})
    all.insert(all.end(), cases.begin(), cases.end());
  return all;
}

std::set<std::string> codes(const std::string& lines) {
  std::set<std::string> found;
  std::istringstream text(lines);
  for (std::string line; std::getline(text, line);)
    found.insert(line.substr(0, line.find(' ')));
  return found;
}

}  // namespace

TEST_CASE("what the cases start from has no findings") {
  for (const auto base : {Base::inference, Base::tuning, Base::inference_set})
    CHECK(test::lines(test::check(patched(base, "{}"), context_of("nap"))) == "");
}

TEST_CASE("each rule finds what it is for, and nothing beside it") {
  for (const auto& rule : all_cases()) {
    CAPTURE(rule.code);
    CAPTURE(rule.rejected);
    CHECK(codes(rule.findings).count(rule.code) == 1);
    CHECK(test::lines(test::check(patched(rule.base, rule.rejected), context_of(rule.setting))) ==
          rule.findings);
  }
}

TEST_CASE("each rule passes what is right") {
  for (const auto& rule : all_cases()) {
    CAPTURE(rule.code);
    CAPTURE(rule.passed);
    const auto findings = test::check(patched(rule.base, rule.passed), context_of(rule.setting));
    CAPTURE(test::lines(findings));
    for (const auto& finding : findings)
      CHECK(finding.code != rule.code);
    CHECK(validate::worst(findings) != validate::Severity::error);
  }
}

TEST_CASE("an update is refused for what cannot change") {
  for (const auto& update : test::update_cases()) {
    CAPTURE(update.stored);
    CAPTURE(update.wanted);
    const auto stored = api::decode_workspace(patched(update.base, update.stored)).object;
    const auto wanted = api::decode_workspace(patched(update.base, update.wanted)).object;
    CHECK(test::lines(validate::check_update(stored, wanted, context_of(update.setting))) ==
          update.findings);
  }
}

TEST_CASE("tuning over inference says what is stored and what to do") {
  const auto stored = api::decode_workspace(patched(Base::inference, "{}")).object;
  const auto wanted =
      api::decode_workspace(patched(Base::tuning, "{metadata: {name: chat}}")).object;
  const auto findings = validate::check_update(stored, wanted, test::context());
  const auto tuning = std::find_if(findings.begin(), findings.end(),
                                   [](const auto& finding) { return finding.code == "V098"; });
  REQUIRE(tuning != findings.end());
  CHECK(tuning->message ==
        "cannot be added: the stored Workspace \"chat\" is an inference Workspace, and stays that");
  CHECK(tuning->fix.find("another name") != std::string::npos);
  CHECK(tuning->fix.find("delete") != std::string::npos);
}

TEST_CASE("every rule that is listed has a case, and every case a listed rule") {
  std::set<std::string> listed;
  for (const auto& rule : validate::rules()) {
    CHECK_MESSAGE(listed.insert(std::string(rule.code)).second, rule.code);
    CHECK_FALSE(rule.summary.empty());
  }
  std::set<std::string> tried;
  for (const auto& rule : all_cases())
    tried.insert(rule.code);
  for (const auto& update : test::update_cases())
    if (!update.code.empty()) tried.insert(update.code);
  for (const auto& code : listed)
    CHECK_MESSAGE(tried.count(code) == 1, code);
  for (const auto& code : tried)
    CHECK_MESSAGE(listed.count(code) == 1, code);
}

TEST_CASE("a document that is no object is one finding") {
  CHECK(test::lines(test::check(test::yaml("[]"), test::context())) == "K002 error \n");
}

TEST_CASE("findings come in the order of the fields") {
  const auto value = patched(Base::inference,
                             "{metadata: {name: A}, resource: {instanceType: x, count: 0}, zzz: 1, "
                             "inference: {preset: {name: nope}, adapters: "
                             "[{source: {name: A, image: i}}, {source: {image: I}}]}}");
  CHECK(test::lines(test::check(value, test::context())) ==
        "V001 error metadata.name\n"
        "K020 warning resource.count\n"
        "V031 error resource.instanceType\n"
        "V038 error inference.preset.name\n"
        "V053 error inference.adapters[0].source.name\n"
        "V052 error inference.adapters[1].source.name\n"
        "V050 error inference.adapters[1].source.image\n"
        "V010 error zzz\n");
}

TEST_CASE("the highest severity decides") {
  using validate::Severity;
  const auto of = [](Severity severity) {
    validate::Finding finding;
    finding.severity = severity;
    return finding;
  };
  CHECK_FALSE(validate::worst({}).has_value());
  CHECK(validate::worst({of(Severity::warning), of(Severity::info)}) == Severity::warning);
  CHECK(validate::worst({of(Severity::warning), of(Severity::error)}) == Severity::error);
}
