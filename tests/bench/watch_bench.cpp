// Usage: bench_watch serve OBJECTS UPDATES | bench_watch follow URL OBJECTS UPDATES
// keep|drop|parsed
//
// serve: an API server of that many Workspaces that change so many times, each answer made
// beforehand, so that its reader is what is measured. Prints its URL, and serves until its input
// ends. follow: an informer on it. Prints what it holds of memory for each object, and how many
// updates it applies in a second. keep: whole objects; drop: without managedFields; parsed: whole
// objects, and the handler looks into each.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/json/value.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/net/server.hpp"
#include "kaito/runtime/informer.hpp"

namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::size_t piece = std::size_t{64} << 10;
constexpr int first_version = 1'000'000;

/// A condition as the operator writes it.
std::string condition(std::string_view type, std::string_view reason, std::string_view message) {
  return fmt::format(
      R"({{"lastTransitionTime":"2026-03-04T05:06:07Z","message":"{}","observedGeneration":1,)"
      R"("reason":"{}","status":"True","type":"{}"}})",
      message, reason, type);
}

/// A Workspace as a cluster has it: applied by kaitoctl, with the operator's status and the
/// bookkeeping of both.
std::string workspace(int number, int version) {
  const auto name = fmt::format("workspace-phi-4-mini-{:05}", number);
  const std::string_view applied_fields =
      R"({"f:metadata":{"f:annotations":{"f:kaito.sh/runtime":{}},"f:labels":{"f:team":{}}},)"
      R"("f:inference":{"f:preset":{"f:name":{},"f:presetOptions":{}},"f:adapters":{}},)"
      R"("f:resource":{"f:count":{},"f:instanceType":{},"f:labelSelector":{}}})";
  const std::string_view operator_fields =
      R"({"f:metadata":{"f:finalizers":{".":{},"v:\"workspace.finalizer.kaito.sh\"":{}},)"
      R"("f:annotations":{"f:workspace.kaito.io/hash":{},"f:workspace.kaito.io/revision":{}}},)"
      R"("f:status":{".":{},"f:conditions":{},"f:workerNodes":{},"f:targetNodeCount":{}}})";
  const auto conditions =
      condition("ResourceReady", "workspaceResourceStatusSuccess", "workspace resource is ready") +
      "," + condition("NodeClaimReady", "NodeClaimsReady", "all node claims are ready") + "," +
      condition("InferenceReady", "WorkspaceInferenceStatusSuccess",
                "Inference has been deployed successfully") +
      "," +
      condition("WorkspaceSucceeded", "workspaceSucceeded", fmt::format("update {}", version));
  return fmt::format(
      R"({{"apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{{"annotations":)"
      R"({{"kaito.sh/runtime":"vllm","workspace.kaito.io/hash":)"
      R"("5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",)"
      R"("workspace.kaito.io/revision":"1"}},"creationTimestamp":"2026-03-04T05:00:00Z",)"
      R"("finalizers":["workspace.finalizer.kaito.sh"],"generation":1,"labels":{{"team":"search"}},)"
      R"("managedFields":[{{"apiVersion":"kaito.sh/v1beta1","fieldsType":"FieldsV1","fieldsV1":{},)"
      R"("manager":"kaitoctl","operation":"Apply","time":"2026-03-04T05:00:00Z"}},)"
      R"({{"apiVersion":"kaito.sh/v1beta1","fieldsType":"FieldsV1","fieldsV1":{},)"
      R"("manager":"kaito-workspace","operation":"Update","subresource":"status",)"
      R"("time":"2026-03-04T05:06:07Z"}}],"name":"{}","namespace":"team-{:02}",)"
      R"("resourceVersion":"{}","uid":"11111111-2222-3333-4444-{:012}"}},"inference":{{"adapters":)"
      R"([{{"source":{{"image":"registry.example.com/adapters/support:1.4","name":"support"}},)"
      R"("strength":"1.0"}}],"preset":{{"accessMode":"public","name":"phi-4-mini-instruct",)"
      R"("presetOptions":{{}}}}}},"resource":{{"count":1,"instanceType":)"
      R"("Standard_NC24ads_A100_v4","labelSelector":{{"matchLabels":{{"apps":"phi-4-mini"}}}}}},)"
      R"("status":{{"conditions":[{}],"targetNodeCount":1,"workerNodes":)"
      R"(["aks-ws{:09x}-12345678-vmss000000"]}}}})",
      applied_fields, operator_fields, name, number % 20, version, number, conditions, number);
}

std::string list_of(int objects) {
  std::string text = fmt::format(
      R"({{"apiVersion":"kaito.sh/v1beta1","kind":"WorkspaceList","metadata":{{"resourceVersion":"{}"}},"items":[)",
      first_version);
  for (int i = 0; i < objects; ++i)
    text += (i == 0 ? "" : ",") + workspace(i, first_version - objects + i);
  return text += "]}";
}

std::vector<std::string> stream_of(int objects, int updates) {
  std::vector<std::string> pieces(1);
  for (int i = 1; i <= updates; ++i) {
    if (pieces.back().size() > piece) pieces.emplace_back();
    pieces.back() +=
        R"({"type":"MODIFIED","object":)" + workspace(i % objects, first_version + i) + "}\n";
  }
  return pieces;
}

/// What kubectl asks before it asks for Workspaces.
std::string discovery(const std::string& path) {
  if (path == "/api") return R"({"kind":"APIVersions","versions":["v1"]})";
  if (path == "/api/v1") return R"({"kind":"APIResourceList","groupVersion":"v1","resources":[]})";
  if (path == "/apis")
    return R"({"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"kaito.sh","versions":)"
           R"([{"groupVersion":"kaito.sh/v1beta1","version":"v1beta1"}],"preferredVersion":)"
           R"({"groupVersion":"kaito.sh/v1beta1","version":"v1beta1"}}]})";
  if (path == "/apis/kaito.sh/v1beta1")
    return R"({"kind":"APIResourceList","apiVersion":"v1","groupVersion":"kaito.sh/v1beta1",)"
           R"("resources":[{"name":"workspaces","singularName":"workspace","namespaced":true,)"
           R"("kind":"Workspace","verbs":["get","list","watch"]}]})";
  return {};
}

int serve(int objects, int updates) {
  const auto list = list_of(objects);
  const auto stream = stream_of(objects, updates);
  const auto last = "resourceVersion=" + std::to_string(first_version + updates);
  const kaito::net::Handler handler = [&](const kaito::net::ServerRequest& request,
                                          kaito::net::Responder& out, const std::stop_token& stop) {
    kaito::net::Headers headers;
    headers.add("Content-Type", "application/json");
    if (const auto text = discovery(request.path); !text.empty()) {
      static_cast<void>(out.respond(200, headers, text));
      return;
    }
    if (request.target.find("watch=") == std::string::npos) {
      static_cast<void>(out.respond(200, headers, list));
      return;
    }
    if (!out.begin(200, headers)) return;
    if (request.target.find(last) == std::string::npos) {
      for (const auto& each : stream)
        if (!out.write(each)) return;
      return;
    }
    while (!stop.stop_requested() && !out.gone())
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  };
  auto server = kaito::net::HttpServer::start({}, handler);
  if (!server) {
    std::fputs((server.error().describe() + "\n").c_str(), stderr);
    return 1;
  }
  std::printf("http://127.0.0.1:%u\n", static_cast<unsigned>((*server)->port()));
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
  }
  return 0;
}

/// The server's answers without a server.
class Inside final : public kaito::net::Transport {
 public:
  Inside(int objects, int updates)
      : list_(list_of(objects)),
        pieces_(stream_of(objects, updates)),
        last_("resourceVersion=" + std::to_string(first_version + updates)) {}

  kaito::Result<kaito::net::HttpResponse> send(const kaito::net::HttpRequest&,
                                               const kaito::CallLimits&) override {
    return kaito::net::HttpResponse{head(), list_};
  }
  kaito::Result<std::unique_ptr<kaito::net::BodyStream>> open(
      const kaito::net::HttpRequest& request, const kaito::CallLimits&) override {
    const bool is_over = request.target.find(last_) != std::string::npos;
    return std::make_unique<Stream>(*this, is_over ? pieces_.size() : 0);
  }

 private:
  class Stream final : public kaito::net::BodyStream {
   public:
    Stream(const Inside& all, std::size_t next) : all_(all), next_(next) {}
    [[nodiscard]] const kaito::net::HttpHead& head() const override { return head_; }
    [[nodiscard]] kaito::Result<std::string> read(const kaito::CallLimits& limits) override {
      if (next_ < all_.pieces_.size()) return all_.pieces_[next_++];
      while (!limits.stop.stop_requested())
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return kaito::fail(kaito::ErrorCode::interrupted, "interrupted");
    }

   private:
    const Inside& all_;
    std::size_t next_;
    kaito::net::HttpHead head_ = Inside::head();
  };
  static kaito::net::HttpHead head() {
    kaito::net::HttpHead head;
    head.status = 200;
    head.headers.add("Content-Type", "application/json");
    return head;
  }

  const std::string list_;
  const std::vector<std::string> pieces_;
  const std::string last_;
};

kaito::Result<std::unique_ptr<kaito::kube::Client>> client_of(const std::string& url, int objects,
                                                              int updates) {
  kaito::kube::ClusterConfig config;
  config.server.tls = false;
  config.server.host = "127.0.0.1";
  if (url == "inside")
    return kaito::kube::Client::over(std::make_shared<Inside>(objects, updates), config);
  config.server.port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  return kaito::kube::Client::create(config);
}

/// Bytes that are allocated and not freed.
std::size_t heap() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}
/// Bytes of the process in memory, in MB.
double resident() {
  std::ifstream file("/proc/self/statm");
  double size = 0;
  double pages = 0;
  file >> size >> pages;
  return pages * 4096 / 1e6;
}
double cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int follow(const std::string& url, int objects, int updates, const std::string& how) {
  auto client = client_of(url, objects, updates);
  if (!client) return 1;
  kaito::runtime::SystemClock clock;
  kaito::runtime::InformerOptions options;
  options.type = kaito::k8s::types::workspace();
  if (how == "drop") options.transform = kaito::runtime::drop_managed_fields;
  const auto before = heap();
  kaito::runtime::Informer informer(**client, options, clock);

  std::atomic<std::size_t> told = 0;
  std::atomic<std::size_t> looked = 0;
  informer.add_handler([&](const kaito::runtime::Change& change) {
    ++told;
    if (how == "parsed")
      looked +=
          kaito::json::string_at(change.after->document()->value(), {"metadata", "name"}).size();
  });
  const auto start = std::chrono::steady_clock::now();
  const auto start_cpu = cpu();
  std::jthread running([&](const std::stop_token& stop) { static_cast<void>(informer.run(stop)); });
  const auto listed = informer.wait_synced({kaito::Deadline::after(std::chrono::minutes(1)), {}});
  if (!listed) {
    std::fputs((listed.error().describe() + "\n").c_str(), stderr);
    return 1;
  }
  const Seconds list_took = std::chrono::steady_clock::now() - start;
  const auto list_cpu = cpu() - start_cpu;
  const auto last = std::to_string(first_version + updates);
  const auto watched = std::chrono::steady_clock::now();
  const auto watched_cpu = cpu();
  while (informer.store().resource_version() != last)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const Seconds watch_took = std::chrono::steady_clock::now() - watched;
  const auto watch_cpu = cpu() - watched_cpu;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // what is under way is let go

  std::size_t json = 0;
  std::size_t stored = 0;
  for (const auto& object : informer.store().list())
    stored += object->text().size();
  for (int i = 0; i < objects; ++i)
    json += workspace(i, first_version).size();
  const auto held = heap() - before;
  const auto each = [&](std::size_t bytes) { return static_cast<double>(bytes) / objects; };
  const auto row = [&](const std::string& what, const std::string& value) {
    std::printf("%-44s %s\n", fmt::format("informer ({}), {}", how, what).c_str(), value.c_str());
  };
  row("JSON of an object, sent and kept",
      fmt::format("{:8.0f} B {:8.0f} B", each(json), each(stored)));
  row("memory of an object",
      fmt::format("{:8.0f} B   ratio to sent {:4.2f}, to kept {:4.2f}", each(held),
                  each(held) / each(json), each(held) / each(stored)));
  row("process, now and at most", [&] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return fmt::format("{:8.1f} MB {:8.1f} MB", resident(),
                       static_cast<double>(usage.ru_maxrss) * 1024 / 1e6);
  }());
  row("first list", fmt::format("{:8.2f} s   {:.2f} s of CPU", list_took.count(), list_cpu));
  row("updates applied",
      fmt::format("{:8.0f} /s of CPU   {:.0f} /s by the clock, {} told", updates / watch_cpu,
                  updates / watch_took.count(), told.load()));
  return informer.store().size() == static_cast<std::size_t>(objects) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "serve")
    return serve(std::stoi(words[1]), std::stoi(words[2]));
  if (words.size() == 5 && words[0] == "follow")
    return follow(words[1], std::stoi(words[2]), std::stoi(words[3]), words[4]);
  std::fputs(
      "usage: bench_watch serve OBJECTS UPDATES | follow URL|inside OBJECTS UPDATES "
      "keep|drop|parsed\n",
      stderr);
  return 2;
}
