// Whole inputs: documents of several kinds, lists, references between them.
#include "kaito/validate/review.hpp"

#include <algorithm>

#include "cases.hpp"

using namespace kaito;
using validate::Elsewhere;
using validate::Reference;

namespace {

const char* const kChat = R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata:
  name: chat
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector:
    matchLabels:
      apps: chat
inference:
  preset:
    name: phi-4
  config: settings
)";

const char* const kSettings = R"(apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  inference_config.yaml: |
    vllm:
      max-model-len: 16385
)";

/// "KIND NAMESPACE/NAME CODE severity FILE:LINE:COLUMN path", one line per finding.
struct Outcome {
  std::string lines;
  validate::ReviewCounts counts;
};

Outcome review(const std::string& text, Elsewhere elsewhere = {}, const std::string& file = "f") {
  Outcome outcome;
  validate::Review review(
      test::context(), "default",
      [&](const validate::Reviewed& reviewed) {
        for (const auto& finding : reviewed.findings)
          outcome.lines += reviewed.kind + " " + reviewed.namespace_ + "/" + reviewed.name + " " +
                           finding.code + " " + std::string(validate::to_string(finding.severity)) +
                           " " + (finding.place ? finding.place->text() : "nowhere") + " " +
                           finding.path.text() + "\n";
      },
      std::move(elsewhere));
  json::YamlReader reader(text, file);
  for (;;) {
    auto document = reader.next();
    if (document) {
      if (!*document) break;
      review.add(**document);
    } else {
      REQUIRE(reader.problem());
      review.add_broken(reader.problem()->place, reader.problem()->message);
    }
  }
  review.finish();
  outcome.counts = review.counts();
  return outcome;
}

std::string both(const std::string& first, const std::string& second) {
  return first + "---\n" + second;
}

}  // namespace

TEST_CASE("settings are judged wherever in the input they stand") {
  const std::string path = " data[\"inference_config.yaml\"].vllm.max-model-len\n";
  CHECK(review(both(kSettings, kChat)).lines ==
        "ConfigMap default/settings V065 error f:8:7" + path);
  CHECK(review(both(kChat, kSettings)).lines ==
        "ConfigMap default/settings V065 error f:22:7" + path);
}

TEST_CASE("settings of another namespace are not those") {
  const std::string other =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: "
      "other}\ndata: {}\n";
  CHECK(review(both(kChat, other)).lines ==
        "Workspace default/chat K052 info f:13:3 inference.config\n");
}

TEST_CASE("settings of the Workspaces that a set makes") {
  const std::string set = R"(apiVersion: kaito.sh/v1beta1
kind: InferenceSet
metadata: {name: chats}
spec:
  labelSelector: {matchLabels: {apps: chat}}
  template:
    resource: {instanceType: Standard_NC24ads_A100_v4}
    inference: {preset: {name: phi-4}, config: settings}
)";
  CHECK(review(set).lines ==
        "InferenceSet default/chats K052 info f:8:40 spec.template.inference.config\n");
  CHECK(review(both(set, kSettings)).lines ==
        "ConfigMap default/settings V065 error f:17:7 "
        "data[\"inference_config.yaml\"].vllm.max-model-len\n");
}

TEST_CASE("what the cluster answers about settings") {
  const auto answering = [](Elsewhere::Answer answer, const char* object) {
    Elsewhere elsewhere;
    elsewhere.look_up = [answer, object](Reference::Kind kind, const std::string& namespace_,
                                         const std::string& name) {
      CHECK(kind == Reference::Kind::config_map);
      CHECK(namespace_ == "default");
      CHECK(name == "settings");
      return Elsewhere::Found{answer, json::Document(test::yaml(object))};
    };
    return elsewhere;
  };
  CHECK(review(kChat, answering(Elsewhere::Answer::absent, "{}")).lines ==
        "Workspace default/chat V059 error f:13:3 inference.config\n");
  CHECK(review(kChat, answering(Elsewhere::Answer::unknown, "{}")).lines ==
        "Workspace default/chat K052 info f:13:3 inference.config\n");
  // What is wrong with one that no file has is said where it is named.
  CHECK(review(kChat, answering(Elsewhere::Answer::found, "{data: {other: x}}")).lines ==
        "Workspace default/chat V060 error f:13:3 inference.config\n");
  CHECK(review(kChat,
               answering(Elsewhere::Answer::found, "{data: {inference_config.yaml: 'vllm: {}'}}"))
            .lines == "");
}

TEST_CASE("what is stored under the name, and would not become what the input says") {
  const auto storing = [](const std::string& object) {
    Elsewhere elsewhere;
    elsewhere.stored = [object](const std::string&, const std::string& namespace_,
                                const std::string& name) {
      CHECK(namespace_ == "default");
      if (name != "chat") return Elsewhere::Found{Elsewhere::Answer::absent, {}};
      return Elsewhere::Found{Elsewhere::Answer::found, json::Document(test::yaml(object))};
    };
    return elsewhere;
  };
  std::string chat = kChat;
  chat.erase(chat.find("  config:"));
  std::string stored = chat;
  CHECK(review(chat, storing(stored)).lines == "");
  stored.replace(stored.find("phi-4"), 5, "phi-3.5-mini-instruct");
  CHECK(review(chat, storing(stored)).lines ==
        "Workspace default/chat V108 error f:12:5 inference.preset.name\n");
  // What was silenced stays silent, and a new name is a new object.
  std::string silent = chat;
  silent.insert(silent.find("  name: chat"), "  annotations: {kaitoctl.dev/ignore: V108}\n");
  CHECK(review(silent, storing(stored)).lines == "");
  std::string other = chat;
  other.replace(other.find("name: chat"), 10, "name: talk");
  CHECK(review(other, storing(stored)).lines == "");

  const std::string set = R"(apiVersion: kaito.sh/v1beta1
kind: InferenceSet
metadata: {name: chat}
spec:
  labelSelector: {matchLabels: {apps: chat}}
  template:
    resource: {partition: {mode: accelerator, count: 2}}
    inference: {preset: {name: phi-4}}
)";
  std::string before = set;
  before.replace(before.find("count: 2"), 8, "count: 1");
  CHECK(review(set, storing(before)).lines.find("V124 error f:7:16") != std::string::npos);
  CHECK(review(set, storing(set)).lines.find("V124") == std::string::npos);
}

TEST_CASE("tuning settings that are not there") {
  const std::string tune = R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: tune}
resource: {instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {apps: tune}}}
tuning:
  preset: {name: phi-4}
  method: qlora
  config: settings
  input: {urls: ["https://e.com/x.parquet"]}
  output: {image: r.io/o:1, imagePushSecret: push}
)";
  Elsewhere elsewhere;
  elsewhere.look_up = [](Reference::Kind, const std::string&, const std::string&) {
    return Elsewhere::Found{Elsewhere::Answer::absent, {}};
  };
  CHECK(review(tune, elsewhere).lines ==
        "Workspace default/tune V072 error f:8:3 tuning.config\n"
        "Workspace default/tune K047 error f:10:29 tuning.output.imagePushSecret\n");
  // Offline a Secret is hardly ever in the input.
  CHECK(review(tune).lines == "Workspace default/tune K052 info f:8:3 tuning.config\n");
}

TEST_CASE("the Secret for Hugging Face") {
  const std::string chat = R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: chat}
resource: {instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {apps: chat}}}
inference: {preset: {name: llama-3.1-8b-instruct, presetOptions: {modelAccessSecret: hf}}}
)";
  const std::string right =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: hf}\nstringData:\n  HF_TOKEN: x\n";
  const std::string wrong =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: hf}\nstringData:\n  token: x\n";
  CHECK(review(both(chat, right)).lines == "");
  CHECK(review(both(chat, wrong)).lines.starts_with("Secret default/hf K046 error "));
  CHECK(review(both(chat, wrong)).lines.find("x\n") == std::string::npos);
}

TEST_CASE("what a person silenced stays silent in the settings too") {
  std::string chat = kChat;
  chat.insert(chat.find("  name: chat"), "  annotations: {kaitoctl.dev/ignore: \"V065,K052\"}\n");
  CHECK(review(both(chat, kSettings)).lines == "");
  CHECK(review(chat).lines == "");
}

TEST_CASE("other kinds are passed over, lists taken apart, broken documents told") {
  const auto outcome = review(
      both("kind: Deployment\napiVersion: apps/v1\n---\napiVersion: v1\nkind: List\nitems:\n- "
           "apiVersion: kaito.sh/v1beta1\n  kind: Workspace\n  metadata: {name: A}\n",
           "a: [\n---\n" + std::string(kSettings)));
  CHECK(outcome.lines.find("Workspace default/A V001 error f:9:14 metadata.name\n") !=
        std::string::npos);
  CHECK(outcome.lines.find(" K000 error f:") != std::string::npos);
  CHECK(outcome.counts.documents == 4);
  CHECK(outcome.counts.objects == 1);
  CHECK(outcome.counts.passed_over == 2);
  CHECK(outcome.counts.broken == 1);
}

TEST_CASE("a WorkspaceList, as the server answers it") {
  const auto outcome = review(
      "apiVersion: kaito.sh/v1beta1\nkind: WorkspaceList\nitems:\n- apiVersion: "
      "kaito.sh/v1beta1\n  kind: Workspace\n  metadata: {name: a}\n");
  CHECK(outcome.counts.objects == 1);
  CHECK(outcome.lines.find("V002 error") != std::string::npos);
}

TEST_CASE("a document that forgot its version, and one that is no object") {
  CHECK(review("kind: Workspace\nmetadata: {name: a}\n").lines.find("K002 error") !=
        std::string::npos);
  CHECK(review("just text\n").lines == " default/ K002 error f:1:1 \n");
  CHECK(review("kind: Workspace\napiVersion: other.io/v1\n").lines == "");
}

TEST_CASE("not more than 4000 Workspaces wait for a ConfigMap") {
  std::string text;
  for (int i = 0; i < 4001; ++i)
    text +=
        "---\napiVersion: kaito.sh/v1beta1\nkind: Workspace\nmetadata: {name: chat}\nresource: "
        "{instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {a: "
        "b}}}\ninference: {preset: {name: phi-4}, config: settings}\n";
  const auto lines = review(both(text, kSettings)).lines;
  CHECK(lines.starts_with("Workspace default/chat K052 info f:6:"));
  CHECK(lines.find("K052", lines.find('\n')) == std::string::npos);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 4001);
}

TEST_CASE("memory does not grow with what is passed over") {
  // Ten thousand objects leave nothing behind: only ConfigMaps with settings are kept.
  std::string text;
  for (int i = 0; i < 10000; ++i)
    text += "---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n";
  CHECK(review(text).counts.passed_over == 10000);
}
