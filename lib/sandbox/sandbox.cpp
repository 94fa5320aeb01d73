#include "kaito/sandbox/sandbox.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json/value.hpp>
#include <random>
#include <thread>

#include "kaito/api/workspace.hpp"
#include "kaito/base/text.hpp"
#include "kaito/net/server.hpp"
#include "kaito/net/url.hpp"
#include "sandbox/actors/pod_lines.hpp"
#include "sandbox/actors/world.hpp"
#include "sandbox/apiserver/api_server.hpp"
#include "sandbox/apiserver/crd.hpp"
#include "sandbox/models/model_server.hpp"
#include "sandbox/models/pod_proxy.hpp"

namespace kaito::sandbox {

namespace {

constexpr int certificate_days = 30;
constexpr int model_port = 5000;
/// Simulated time between two words of a reply.
constexpr std::chrono::milliseconds word_time{30};

std::string random_token() {
  std::random_device device;
  std::string token;
  constexpr std::string_view digits = "0123456789abcdef";
  for (int i = 0; i < 32; ++i)
    token += digits[device() % digits.size()];
  return token;
}

}  // namespace

struct Sandbox::Impl {
  explicit Impl(SandboxOptions given)
      : options(std::move(given)),
        clock(options.speed),
        stages(clock),
        models([this] { return word_pace(); }) {}

  SandboxOptions options;
  SimulatedClock clock;
  Stages stages;
  Store store;
  ModelServer models;
  const catalog::Catalog* catalog = nullptr;
  std::unique_ptr<ApiServer> api;
  net::SelfSigned certificate;
  std::optional<net::ClientAuthority> clients;
  std::unique_ptr<net::HttpServer> server;
  std::jthread actors;

  /// A reply is read by a person: it is never slower than its pace, and not faster than a tenth of
  /// it, unless nothing waits at all.
  [[nodiscard]] std::chrono::nanoseconds word_pace() const {
    if (!clock.waits()) return std::chrono::nanoseconds(0);
    return std::max<std::chrono::nanoseconds>(
        std::min<std::chrono::nanoseconds>(clock.real(word_time), word_time), word_time / 10);
  }

  void say(const std::string& line) const {
    if (options.on_event) options.on_event(line);
  }

  [[nodiscard]] bool proxy(const ProxyTarget& target, const net::ServerRequest& request,
                           net::Responder& responder, const std::stop_token& stop);
  [[nodiscard]] bool connect(const ProxyTarget& target, net::ByteStream& connection,
                             const std::stop_token& stop);
  [[nodiscard]] std::optional<ServedModel> served_by(const ProxyTarget& target) const;
  [[nodiscard]] Result<LogRead> log(const ContainerRef& container, std::size_t from, bool wait,
                                    const CallLimits& limits);
  void act(const std::stop_token& stop);
};

/// The model of a pod that the simulated kubelet runs and that has loaded it; nothing for other
/// pods.
std::optional<ServedModel> Sandbox::Impl::served_by(const ProxyTarget& target) const {
  const auto pod = store.get({k8s::types::pod(), target.namespace_, target.pod});
  if (!pod || !has_condition(**pod, "Ready")) return std::nullopt;
  const auto labels = labels_of(**pod);
  const auto owner = labels.find("kaito.sh/workspace");
  if (owner == labels.end()) return std::nullopt;
  const auto workspace = store.get({k8s::types::workspace(), target.namespace_, owner->second});
  if (!workspace) return std::nullopt;
  ServedModel model;
  model.name = json::string_at(**workspace, {"inference", "preset", "name"});
  if (model.name.empty()) model.name = owner->second;
  model.root = model.name;
  if (const auto* preset = catalog->find_preset(model.name); preset != nullptr) {
    if (!preset->hugging_face.empty()) model.root = preset->hugging_face;
    model.context = preset->context_limit.value_or(model.context);
  }
  if (const auto slash = model.name.rfind('/'); slash != std::string::npos)
    model.name = to_lower(model.name.substr(slash + 1));
  const auto decoded = api::decode_workspace(**workspace);
  if (decoded.object.inference && decoded.object.inference->adapters) {
    for (const auto& adapter : *decoded.object.inference->adapters) {
      if (adapter.source && adapter.source->name) model.adapters.push_back(*adapter.source->name);
    }
  }
  const auto annotation = decoded.object.meta.annotations.find(old_api_annotation);
  model.old_api =
      annotation != decoded.object.meta.annotations.end() && annotation->second == "chat";
  return model;
}

bool Sandbox::Impl::proxy(const ProxyTarget& target, const net::ServerRequest& request,
                          net::Responder& responder, const std::stop_token& stop) {
  if (net::is_loopback(target.pod_ip)) return pass_to_listener(target, request, responder, stop);
  if (!options.run_actors || target.port != model_port) return false;
  const auto model = served_by(target);
  if (!model) return false;
  models.handle(*model, request, responder, stop);
  return true;
}

bool Sandbox::Impl::connect(const ProxyTarget& target, net::ByteStream& connection,
                            const std::stop_token& stop) {
  if (!options.run_actors || target.port != model_port) return false;
  const auto model = served_by(target);
  if (!model) return false;
  net::serve_connection(
      connection, "127.0.0.1", {},
      [&](const net::ServerRequest& request, net::Responder& responder,
          const std::stop_token& ends) { models.handle(*model, request, responder, ends); },
      stop);
  return true;
}

Result<LogRead> Sandbox::Impl::log(const ContainerRef& container, std::size_t from, bool wait,
                                   const CallLimits& limits) {
  for (;;) {
    const auto revision = store.revision();
    const auto pod = store.get({k8s::types::pod(), container.namespace_, container.pod});
    if (!pod) return LogRead{{}, true};
    auto read = pod_lines(**pod, container.container);
    if (!wait || read.ended || read.lines.size() > from) {
      const auto known = static_cast<std::ptrdiff_t>(std::min(from, read.lines.size()));
      read.lines.erase(read.lines.begin(), read.lines.begin() + known);
      return read;
    }
    const auto changes = store.wait_changes(revision, limits);
    if (!changes && changes.error().code != ErrorCode::expired) return fail(changes.error());
  }
}

/// Rounds of all controllers, each as often as something changed or a stage's time is over.
void Sandbox::Impl::act(const std::stop_token& stop) {
  World world{store, stages, *catalog, [this](const std::string& line) { say(line); }};
  while (!stop.stop_requested()) {
    const auto before = store.revision();
    operate_inference_sets(world);
    operate_workspaces(world);
    provision_nodes(world);
    run_workloads(world);
    run_pods(world);
    const auto next = stages.take_next();
    if (store.revision() != before) continue;
    const auto deadline = next ? Deadline::after(clock.real(*next) + std::chrono::milliseconds(1))
                               : Deadline::never();
    const auto changes = store.wait_changes(before, {deadline, stop});
    // A time-out means that a stage is over, an expired revision that much happened: look again.
    if (!changes && changes.error().code == ErrorCode::interrupted) return;
  }
}

Sandbox::Sandbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Sandbox::~Sandbox() {
  impl_->server.reset();
  if (impl_->actors.joinable()) {
    impl_->actors.request_stop();
    impl_->actors.join();
  }
}

Result<std::unique_ptr<Sandbox>> Sandbox::start(SandboxOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (impl->options.bearer_token.empty()) impl->options.bearer_token = random_token();
  KAITO_TRY(impl->catalog, catalog::Catalog::builtin());
  KAITO_CHECK(install_embedded_crds(impl->store));
  KAITO_TRY(
      impl->certificate,
      net::make_self_signed({impl->options.address, "127.0.0.1", "localhost"}, certificate_days));

  KAITO_TRY(impl->clients, net::ClientAuthority::make(certificate_days));

  ApiServerOptions api;
  api.bearer_token = impl->options.bearer_token;
  api.limited_token = impl->options.limited_token;
  api.proxy = [raw = impl.get()](const ProxyTarget& target, const net::ServerRequest& request,
                                 net::Responder& responder, const std::stop_token& stop) {
    return raw->proxy(target, request, responder, stop);
  };
  api.connect = [raw = impl.get()](const ProxyTarget& target, net::ByteStream& connection,
                                   const std::stop_token& stop) {
    return raw->connect(target, connection, stop);
  };
  if (impl->options.run_actors)
    api.logs = [raw = impl.get()](const ContainerRef& container, std::size_t from, bool wait,
                                  const CallLimits& limits) {
      return raw->log(container, from, wait, limits);
    };
  impl->api = std::make_unique<ApiServer>(impl->store, std::move(api));

  net::ServerOptions server;
  server.address = impl->options.address;
  server.port = impl->options.port;
  server.cert_pem = impl->certificate.cert_pem;
  server.key_pem = impl->certificate.key_pem;
  server.client_ca_pem = impl->clients->ca_pem();
  // More than the API server takes, so that it says so itself.
  server.max_body = std::size_t{8} << 20;
  KAITO_TRY(impl->server,
            net::HttpServer::start(
                std::move(server),
                [raw = impl.get()](const net::ServerRequest& request, net::Responder& responder,
                                   const std::stop_token& stop) {
                  raw->api->handle(request, responder, stop);
                }));
  if (impl->options.run_actors)
    impl->actors =
        std::jthread([raw = impl.get()](const std::stop_token& stop) { raw->act(stop); });
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(impl)));
}

std::string Sandbox::server_url() const {
  return net::Url{true, impl_->options.address, impl_->server->port(), ""}.text();
}
const std::string& Sandbox::ca_pem() const {
  return impl_->certificate.ca_pem;
}
const std::string& Sandbox::bearer_token() const {
  return impl_->options.bearer_token;
}
Result<net::CertifiedKey> Sandbox::client_certificate(
    const std::string& user, const std::vector<std::string>& groups) const {
  return impl_->clients->certify({user, groups}, certificate_days);
}
void Sandbox::set_speed(double speed) {
  impl_->clock.set_speed(speed);
}
void Sandbox::forget_history() {
  impl_->store.compact();
}

std::string Sandbox::kubeconfig() const {
  return "apiVersion: v1\nkind: Config\nclusters:\n- name: kaitoctl-sandbox\n  cluster:\n    "
         "server: " +
         server_url() + "\n    certificate-authority-data: " + base64_encode(ca_pem()) +
         "\nusers:\n- name: kaitoctl-sandbox\n  user:\n    token: " + bearer_token() +
         "\ncontexts:\n- name: kaitoctl-sandbox\n  context:\n    cluster: kaitoctl-sandbox\n    "
         "user: kaitoctl-sandbox\n    namespace: default\n"
         "current-context: kaitoctl-sandbox\n";
}

}  // namespace kaito::sandbox
