#include "kube/kubeconfig.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/json/reader.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::kube {
namespace {

using json::ObjectReader;
using json::ReadProblem;

constexpr std::string_view exec_extension = "client.authentication.k8s.io/exec";

/// One file being read: what was found wrong in it so far.
class Reading {
 public:
  Reading(std::string file, std::vector<ReadProblem>& problems)
      : file_(std::move(file)), problems_(problems) {}

  void wrong(FieldPath path, std::string message) {
    problems_.push_back({ReadProblem::Kind::wrong_type, std::move(path), std::move(message)});
  }

  /// A "*-data" field: base64 of PEM text.
  void data(ObjectReader& reader, std::string_view key, std::string& out) {
    std::string encoded;
    if (!reader.string(key, encoded) || encoded.empty()) return;
    if (auto decoded = base64_decode(trim(encoded)))
      out = std::move(*decoded);
    else
      wrong(reader.path().key(key), "must be base64");
  }

  void cluster(ObjectReader& reader, ClusterEntry& out) {
    reader.string("server", out.server);
    reader.string("certificate-authority", out.certificate_authority);
    data(reader, "certificate-authority-data", out.certificate_authority_data);
    reader.string("tls-server-name", out.tls_server_name);
    reader.string("proxy-url", out.proxy_url);
    reader.boolean("insecure-skip-tls-verify", out.insecure_skip_tls_verify);
    reader.boolean("disable-compression", out.disable_compression);
    reader.objects("extensions", [&](ObjectReader& extension) {
      std::string name;
      json::Document content;
      extension.string("name", name);
      extension.any("extension", content);
      if (name == exec_extension) out.exec_config = std::move(content);
    });
  }

  void exec(ObjectReader& reader, ExecPlugin& out) {
    reader.string("command", out.command);
    reader.strings("args", out.arguments);
    reader.objects("env", [&](ObjectReader& variable) {
      auto& [name, value] = out.environment.emplace_back();
      variable.string("name", name);
      variable.string("value", value);
    });
    reader.string("apiVersion", out.api_version);
    reader.string("installHint", out.install_hint);
    reader.string("interactiveMode", out.interactive_mode);
    reader.boolean("provideClusterInfo", out.provide_cluster_info);
  }

  void user(ObjectReader& reader, UserEntry& out) {
    reader.string("client-certificate", out.client_certificate);
    data(reader, "client-certificate-data", out.client_certificate_data);
    reader.string("client-key", out.client_key);
    data(reader, "client-key-data", out.client_key_data);
    reader.string("token", out.token);
    reader.string("tokenFile", out.token_file);
    reader.string("username", out.username);
    reader.string("password", out.password);
    reader.string("as", out.as);
    reader.string("as-uid", out.as_uid);
    reader.strings("as-groups", out.as_groups);
    extra(reader, out.as_extra);
    if (auto plugin = reader.object("exec")) exec(*plugin, out.exec.emplace());
    if (auto provider = reader.object("auth-provider"))
      provider->string("name", out.auth_provider.emplace());
  }

  void context(ObjectReader& reader, ContextEntry& out) {
    reader.string("cluster", out.cluster);
    reader.string("user", out.user);
    reader.string("namespace", out.namespace_);
  }

  /// A list of {name, <inner>: {...}}: every entry read by `read`, names unique.
  template <class Entry>
  void entries(ObjectReader& root, std::string_view list, std::string_view inner,
               std::vector<Entry>& out, void (Reading::*read)(ObjectReader&, Entry&)) {
    std::set<std::string> seen;
    root.objects(list, [&](ObjectReader& reader) {
      Entry entry;
      entry.file = file_;
      reader.require("name");
      reader.string("name", entry.name);
      if (auto body = reader.object(inner)) (this->*read)(*body, entry);
      if (!seen.insert(entry.name).second)
        wrong(reader.path().key("name"),
              fmt::format("{} \"{}\" is defined twice in this file", inner, entry.name));
      out.push_back(std::move(entry));
    });
  }

 private:
  void extra(ObjectReader& reader, std::map<std::string, std::vector<std::string>>& out) {
    json::Document found;
    if (!reader.any("as-user-extra", found) || !found || found.value().is_null()) return;
    const FieldPath path = reader.path().key("as-user-extra");
    if (!found.value().is_object()) return wrong(path, "must be an object");
    for (const auto& [key, values] : found.value().get_object()) {
      const std::string name(key);
      if (!values.is_array()) {
        wrong(path.key(name), "must be a list of strings");
        continue;
      }
      for (const auto& value : values.get_array()) {
        if (const auto* text = value.if_string())
          out[name].emplace_back(text->data(), text->size());
        else
          wrong(path.key(name), "must be a list of strings");
      }
    }
  }

  std::string file_;
  std::vector<ReadProblem>& problems_;
};

void check_kind(ObjectReader& root, Reading& reading) {
  std::string api_version = "v1";
  std::string kind = "Config";
  root.string("apiVersion", api_version);
  root.string("kind", kind);
  if (api_version != "v1")
    reading.wrong(FieldPath("apiVersion"),
                  fmt::format("must be v1 in a kubeconfig, not \"{}\"", api_version));
  if (kind != "Config")
    reading.wrong(FieldPath("kind"),
                  fmt::format("must be Config in a kubeconfig, not \"{}\"", kind));
}

Error problems_error(const std::vector<ReadProblem>& problems, const json::Places& places) {
  std::vector<std::string> lines;
  lines.reserve(problems.size());
  for (const auto& problem : problems) {
    const std::string path = problem.path.text();
    lines.push_back(fmt::format("{}: {}{}{}", places.of(problem.path).text(), path,
                                path.empty() ? "" : " ", problem.message));
  }
  return Error{ErrorCode::parse, join(lines, "\n"), {}, {}, nullptr};
}

}  // namespace

Result<Kubeconfig> read_kubeconfig(std::string_view text, const std::string& file) {
  Kubeconfig config;
  config.files.push_back(file);
  KAITO_TRY(auto documents, json::load_yaml(text, file));
  if (documents.empty()) return config;
  // As kubectl does: a second document is not looked at.
  const auto& document = documents.front();

  std::vector<ReadProblem> problems;
  Reading reading(file, problems);
  ObjectReader root(document.value.value(), FieldPath(), problems);
  check_kind(root, reading);
  root.string("current-context", config.current_context);
  reading.entries(root, "clusters", "cluster", config.clusters, &Reading::cluster);
  reading.entries(root, "users", "user", config.users, &Reading::user);
  reading.entries(root, "contexts", "context", config.contexts, &Reading::context);
  if (!problems.empty()) return fail(problems_error(problems, document.places));
  return config;
}

}  // namespace kaito::kube
