#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "cases.hpp"
#include "config_cases.hpp"
#include "rule_cases.hpp"
#include "support/repository.hpp"
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

/// Nodes that the label "apps" tells apart: good ones under "chat", bad ones under what is wrong.
const std::vector<validate::Node>& own_nodes() {
  const auto node = [](const char* name, const char* apps, const char* product, const char* count,
                       const char* memory) {
    return validate::Node{name,
                          {{"apps", apps},
                           {"nvidia.com/gpu.product", product},
                           {"nvidia.com/gpu.count", count},
                           {"nvidia.com/gpu.memory", memory}}};
  };
  static const std::vector<validate::Node> nodes{
      node("a", "chat", "A100", "1", "81920"),     node("b", "chat", "A100", "1", "81920"),
      node("c", "text", "A100", "one", "81920"),   node("d", "products", "A100", "1", "81920"),
      node("e", "products", "H100", "1", "81920"), node("f", "counts", "A100", "1", "81920"),
      node("g", "counts", "A100", "2", "81920"),   node("h", "memory", "A100", "1", "81920"),
      node("i", "memory", "A100", "1", "40960"),   {"j", {{"apps", "cpu"}}},
  };
  return nodes;
}

validate::Context context_of(const std::string& setting) {
  validate::Context context = test::context();
  context.own_nodes = setting.starts_with("own");
  context.own_nodes_known = context.own_nodes || setting == "nap";
  if (setting == "own nodes") context.nodes = &own_nodes();
  if (setting == "own no gates")
    context.feature_gates = {{"enableMIG", false}, {"enableAccelerator", false}};
  if (setting == "classes") context.node_classes = {"image-family-ubuntu"};
  if (setting.starts_with("written")) context.as_written = true;
  if (const auto at = setting.find("release="); at != std::string::npos)
    context.operator_release = setting.substr(at + std::string("release=").size());
  if (setting.starts_with("cloud=")) context.cloud = setting.substr(6);
  return context;
}

std::vector<test::RuleCase> all_cases() {
  std::vector<test::RuleCase> all;
  for (const auto& cases : {test::shape_cases(), test::resource_cases(), test::inference_cases(),
                            test::tuning_cases(), test::release_cases()})
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
    if (rule.rejected.empty()) continue;
    CAPTURE(rule.code);
    CAPTURE(rule.rejected);
    CHECK(codes(rule.findings).count(rule.code) == 1);
    CHECK(test::lines(test::check(patched(rule.base, rule.rejected), context_of(rule.setting))) ==
          rule.findings);
  }
}

TEST_CASE("each rule passes what is right") {
  for (const auto& rule : all_cases()) {
    if (rule.passed.empty()) continue;
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

TEST_CASE("settings in ConfigMaps") {
  for (const auto& config : test::config_cases()) {
    CAPTURE(config.code);
    CAPTURE(config.rejected);
    const auto workspace = api::decode_workspace(patched(config.base, config.patch)).object;
    const auto check = [&](const std::string& text) {
      const char* key = workspace.tuning ? "training_config.yaml" : "inference_config.yaml";
      boost::json::object data{{"other", "x"}};
      if (!text.empty()) data[key] = text;
      std::string lines;
      const auto findings = validate::check_config_map(
          workspace, boost::json::object{{"kind", "ConfigMap"}, {"data", std::move(data)}},
          context_of(config.setting));
      for (const auto& finding : findings) {
        CHECK_FALSE(finding.message.empty());
        lines += finding.code + " " + std::string(validate::to_string(finding.severity)) + " " +
                 finding.path.text() + (finding.place ? " " + finding.place->text() : "") + "\n";
      }
      return lines;
    };
    CHECK(codes(config.findings).count(config.code) == 1);
    CHECK(check(config.rejected) == config.findings);
    if (!config.passed.empty()) CHECK(check(config.passed) == "");
  }
}

TEST_CASE("settings of the transformers runtime are not looked at") {
  const auto workspace =
      api::decode_workspace(
          patched(Base::inference, "{metadata: {annotations: {kaito.sh/runtime: transformers}}}"))
          .object;
  CHECK(validate::check_config_map(workspace, test::yaml("{data: {}}"), test::context()).empty());
}

TEST_CASE("every rule that is listed has a case that it refuses and one that it passes") {
  // Those that are about other objects and files have tests of their own: companion_test.cpp and
  // review_test.cpp.
  const std::set<std::string> elsewhere{"K000", "K046", "K047", "K052", "V059", "V072"};
  std::set<std::string> listed;
  for (const auto& rule : validate::rules()) {
    CAPTURE(rule.code);
    CHECK_FALSE(rule.summary.empty());
    CHECK_FALSE(rule.why.empty());
    CHECK_FALSE(rule.fix.empty());
    CHECK_FALSE(rule.source.empty());
    if (rule.checked) CHECK(listed.insert(std::string(rule.code)).second);
  }
  std::set<std::string> rejecting(elsewhere);
  std::set<std::string> passing(elsewhere);
  const auto add = [&](const std::string& code, bool rejects, bool passes) {
    if (rejects) rejecting.insert(code);
    if (passes) passing.insert(code);
  };
  for (const auto& rule : all_cases())
    add(rule.code, !rule.rejected.empty(), !rule.passed.empty());
  for (const auto& config : test::config_cases())
    add(config.code, true, !config.passed.empty());
  // The updates without a code pass all rules of updates.
  for (const auto& update : test::update_cases())
    if (!update.code.empty()) add(update.code, true, true);
  add("V124", true, true);
  for (const auto& code : listed) {
    CHECK_MESSAGE(rejecting.count(code) == 1, code);
    CHECK_MESSAGE(passing.count(code) == 1, code);
  }
  for (const auto& code : rejecting)
    CHECK_MESSAGE(listed.count(code) == 1, code);
}

TEST_CASE("the reference's rules are all listed") {
  // The ids of the tables S, V and L of workspace-api.md.
  std::set<std::string> listed;
  for (const auto& rule : validate::rules())
    listed.insert(std::string(rule.code));
  const auto check = [&](char letter, int last, std::size_t digits) {
    for (int id = 1; id <= last; ++id) {
      std::string number = std::to_string(id);
      number.insert(0, digits - number.size(), '0');
      const std::string code = letter + number;
      CHECK_MESSAGE(listed.count(code) == 1, code);
    }
  };
  check('S', 10, 2);
  check('V', 125, 3);
  check('L', 14, 2);
}

TEST_CASE("what a rule without findings of its own refuses is reported under the code it names") {
  struct Row {
    const char* code;
    Base base;
    const char* setting;
    const char* rejected;
  };
  const Row rows[] = {
      {"S08", Base::inference, "", "{resource: {instanceTyp: x}}"},
      {"V015", Base::inference, "own",
       "{resource: {instanceType: null, partition: {mode: slices}}}"},
      {"V051", Base::inference, "",
       "{inference: {adapters: [{source: {name: a, urls: [\"http://localhost/x\"]}}]}}"},
      {"V084", Base::tuning, "", "{tuning: {input: null}}"},
      {"V087", Base::tuning, "", "{tuning: {output: null}}"},
      {"V110", Base::tuning, "", "{tuning: {output: null}}"},
      {"V112", Base::tuning, "", "{tuning: {input: {urls: null, image: \"r.io/d:1:2\"}}}"},
      {"V113", Base::tuning, "", "{tuning: {output: {image: \"r.io/ d\"}}}"},
      {"L05", Base::tuning, "release=v0.4.5",
       "{tuning: {output: {image: null, imagePushSecret: null}}}"},
      {"L10", Base::inference, "release=v0.3.2",
       "{apiVersion: kaito.sh/v1alpha1, metadata: {name: phi_4}, inference: {preset: {name: "
       "phi-3-mini-4k-instruct}}}"},
  };
  // Refused for a ConfigMap (config_cases.cpp, below), or as each rule of a Workspace is (V038 of
  // rule_cases_inference.cpp, in a set).
  std::set<std::string> shown{"V076", "L08", "L14", "V125"};
  for (const auto& row : rows) {
    CAPTURE(row.code);
    shown.insert(row.code);
    const auto rules = validate::rules();
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&](const auto& one) { return one.code == row.code; });
    REQUIRE(rule != rules.end());
    const std::string reported_as(rule->summary.substr(rule->summary.rfind(' ') + 1));
    bool found = false;
    for (const auto& finding :
         test::check(patched(row.base, row.rejected), context_of(row.setting)))
      found |= finding.code == reported_as && finding.severity == validate::Severity::error;
    CHECK(found);
    CHECK(validate::is_rule(reported_as));
  }
  for (const auto& rule : validate::rules())
    if (rule.summary.find("; reported ") != std::string_view::npos)
      CHECK_MESSAGE(shown.count(std::string(rule.code)) == 1, rule.code);

  // L14: with any runtime.
  const auto transformers =
      api::decode_workspace(patched(Base::inference,
                                    "{apiVersion: kaito.sh/v1alpha1, metadata: {annotations: "
                                    "{kaito.sh/runtime: transformers}}, inference: {config: c}}"))
          .object;
  const auto named = validate::references(transformers);
  REQUIRE(named.size() == 1);
  const auto missing =
      validate::missing_reference(transformers, named[0], true, context_of("release=v0.4.4"));
  CHECK(missing.code == "V059");
  CHECK(missing.severity == validate::Severity::error);

  // V125: at the place in the template.
  CHECK(
      test::lines(test::check(
          patched(Base::inference_set, "{spec: {template: {inference: {preset: {name: phi-44}}}}}"),
          context_of("nap"))) == "V038 error spec.template.inference.preset.name\n");
}

TEST_CASE("the partition of a stored set") {
  const auto set = [](const char* partition) {
    return api::decode_inference_set(
               patched(Base::inference_set, std::string("{spec: {template: {resource: "
                                                        "{partition: ") +
                                                partition + "}}}}"))
        .object;
  };
  const auto lines = [&](const char* stored, const char* wanted) {
    return test::lines(validate::check_set_update(set(stored), set(wanted), test::context()));
  };
  CHECK(lines("{mode: accelerator, count: 1}", "{mode: accelerator, count: 2}") ==
        "V124 error spec.template.resource.partition\n");
  CHECK(lines("{mode: accelerator, count: 1}", "{mode: accelerator, count: 1}") == "");
}

TEST_CASE("what the annotation names is not said") {
  const auto patch = [](const char* codes) {
    return std::string("{metadata: {annotations: {kaitoctl.dev/ignore: \"") + codes +
           "\"}}, resource: {count: 0, preferredNodes: [a]}}";
  };
  CHECK(test::lines(test::check(patched(Base::inference, patch("K021")), test::context())) ==
        "K020 warning resource.count\n");
  CHECK(test::lines(test::check(patched(Base::inference, patch("K021 ,K020")), test::context())) ==
        "");
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

TEST_CASE("the table in docs/validate.md is that of the rules") {
  const std::filesystem::path page = test::repository() / "docs/validate.md";
  const std::string text = test::read_text(page);
  const std::string begin = "<!-- rules -->\n";
  const std::string end = "<!-- end of rules -->";
  const auto from = text.find(begin);
  const auto to = text.find(end);
  REQUIRE(from != std::string::npos);
  REQUIRE(to != std::string::npos);
  std::string table = "| code | severity | refuses or warns of |\n|---|---|---|\n";
  for (const auto& rule : validate::rules()) {
    table += "| " + std::string(rule.code) + " | " +
             (rule.checked ? std::string(validate::to_string(rule.severity)) : "-") + " | " +
             std::string(rule.summary) + " |\n";
  }
  const std::string written = text.substr(from + begin.size(), to - from - begin.size());
  CHECK(written == table);
  const char* update = std::getenv("KAITO_UPDATE_GOLDEN");  // NOLINT(concurrency-mt-unsafe)
  if (update != nullptr && written != table)
    std::ofstream(page) << text.substr(0, from + begin.size()) << table << text.substr(to);
}
