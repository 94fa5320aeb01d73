// Text from outside stays data in every command line: a real shell runs them, with the programs
// replaced by functions that print their arguments.
#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "cases.hpp"
#include "kaito/json/json.hpp"
#include "render/command.hpp"
#include "shell.hpp"

namespace kaito::render::test {
namespace {

/// What the kubelet makes of a command line: "$$" is "$", "$(NAME)" of a variable its value.
std::string expanded_by_kubelet(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '$')
      ++i;
    else if (text.compare(i, 11, "$(HF_TOKEN)") == 0) {
      out += "secret; touch INJECTED";
      i += 10;
      continue;
    }
    out += text[i];
  }
  return out;
}

constexpr std::string_view stubs = R"(
python3() { printf '<%s>\n' "$@"; }
skopeo() { printf '<%s>\n' "$@"; return 1; }
accelerate() { printf '<%s>\n' "$@"; }
docker() { :; }
curl() { printf '<%s>\n' "$@"; return 1; }
find() { :; }
sleep() { :; }
oras() { :; }
pkill() { :; }
POD_INDEX=0
HF_TOKEN=x
DATA_URLS=http://x
)";

const std::vector<std::string> hostile{
    "x; touch INJECTED",   "x' ; touch INJECTED; '", "$(touch INJECTED)",
    "`touch INJECTED`",    "x\ntouch INJECTED\n",    "x && touch INJECTED",
    "\"; touch INJECTED;", "x | touch INJECTED",     "'\"'; touch INJECTED #",
    "$(HF_TOKEN)",         "\\'; touch INJECTED",    "${IFS}touch${IFS}INJECTED"};

json::Value inference_with(const std::string& text) {
  auto value = json::parse(R"({"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace",
    "metadata": {"name": "w", "annotations": {}, "labels": {}},
    "resource": {"instanceType": "Standard_NV36ads_A10_v5", "labelSelector": {"matchLabels": {}}},
    "inference": {"preset": {"name": "phi-4"}, "adapters": [{"source": {}}]}})");
  REQUIRE(value);
  auto& root = value->get_object();
  auto& meta = root["metadata"].get_object();
  meta["name"] = text;
  meta["namespace"] = text;
  meta["annotations"].get_object()["kaito.sh/performance-mode"] = text;
  meta["annotations"].get_object()["kaito.sh/use-local-weights"] = "true";
  meta["labels"].get_object()["inferenceset.kaito.sh/created-by"] = text;
  auto& inference = root["inference"].get_object();
  inference["config"] = text;
  auto& source = inference["adapters"].get_array()[0].get_object()["source"].get_object();
  source["name"] = text;
  source["image"] = text;
  return *value;
}

json::Value tuning_with(const std::string& text) {
  auto value = json::parse(R"({"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace",
    "metadata": {"name": "w"},
    "resource": {"instanceType": "Standard_NC24ads_A100_v4"},
    "tuning": {"preset": {"name": "phi-3-mini-4k-instruct"}, "method": "lora", "config": "c",
      "input": {}, "output": {"imagePushSecret": "s"}}})");
  REQUIRE(value);
  auto& tuning = value->get_object()["tuning"].get_object();
  tuning["input"].get_object()["image"] = text;
  tuning["output"].get_object()["image"] = text;
  return *value;
}

void check_harmless(const Result<Rendered>& rendered) {
  REQUIRE_MESSAGE(rendered, rendered.error().describe());
  std::vector<std::string> lines;
  for (const auto& object : rendered->objects)
    find_command_lines(object.document().value(), lines);
  CHECK(lines.size() > 1);
  for (const std::string& line : lines) {
    CAPTURE(line);
    const Folder folder;
    // Up to where a script waits for somebody.
    std::string script = std::string(stubs) + expanded_by_kubelet(line);
    if (const auto loop = script.find("until "); loop != std::string::npos)
      script.insert(loop, "exit 0\n");
    (void)run_in_shell(folder, script);
    CHECK_FALSE(folder.has("INJECTED"));
  }
}

TEST_CASE("shell metacharacters cannot change a command line") {
  for (const std::string& text : hostile) {
    CAPTURE(text);
    RenderInput input = input_of({});
    check_harmless(render_documents({json::Document(inference_with(text))}, input));
    const std::string config = json::write(json::Value(
        json::Object{{"training_config",
                      json::Object{{"TrainingArguments", json::Object{{"output_dir", text}}}}}}));
    input.config_maps.push_back({"", "c", {{"training_config.yaml", config}}});
    check_harmless(render_documents({json::Document(tuning_with(text))}, input));
    input.profile = *find_profile("v0.3.2");
    check_harmless(render_documents({json::Document(tuning_with(text))}, input));
  }
}

TEST_CASE("a hostile value reaches the server as one argument, as it was written") {
  for (const std::string& text : hostile) {
    CAPTURE(text);
    Flags flags;
    flags.set("key", text);
    std::string line = "python3 server.py";
    flags.append_to(line);
    const Folder folder;
    CHECK(run_in_shell(folder, std::string(stubs) + expanded_by_kubelet(line)).out ==
          "<server.py>\n<--key=" + text + ">\n");
  }
}

TEST_CASE("plain values are not quoted, and flags stand in the order of their keys") {
  Flags flags;
  flags.set("model", "microsoft/phi-4");
  flags.set("enable-lora");
  flags.set_shell("address", "$ADDRESS");
  flags.set("json", R"({"a":true})");
  flags.set("model", "qwen/qwen3");
  flags.set("gone", "1");
  flags.erase("gone");
  std::string line;
  flags.append_to(line);
  CHECK(line == R"( --address=$ADDRESS --enable-lora --json='{"a":true}' --model=qwen/qwen3)");
}

}  // namespace
}  // namespace kaito::render::test
