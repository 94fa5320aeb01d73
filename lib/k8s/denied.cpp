#include "denied.hpp"

#include <algorithm>

namespace kaito::k8s {
namespace {

/// What stands between `before` and `after`; empty when it does not.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + before.size());
  const std::size_t end = text.find(after);
  return end == std::string_view::npos ? std::string() : std::string(text.substr(0, end));
}

bool is_harmless(std::string_view word) {
  return word.size() <= 253 && std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("-._/:@").find(c) != std::string_view::npos;
         });
}

}  // namespace

std::string Denied::question() const {
  std::string text = "kubectl auth can-i " + verb + ' ' + (path.empty() ? resource : path);
  if (!subresource.empty()) text += " --subresource " + subresource;
  if (!namespace_.empty()) text += " --namespace " + namespace_;
  if (cluster_scope) text += " --all-namespaces";  // else the context's own namespace is meant
  return text;
}

std::optional<Denied> read_denied(std::string_view message) {
  Denied denied;
  denied.user = between(message, "User \"", "\" cannot ");
  const std::size_t cannot = message.find("\" cannot ");
  if (denied.user.empty() || cannot == std::string_view::npos) return std::nullopt;
  const std::string_view what = message.substr(cannot);
  denied.path = between(what, " path \"", "\"");
  if (!denied.path.empty()) {
    denied.verb = between(what, " cannot ", " path \"");
  } else {
    denied.verb = between(what, " cannot ", " resource \"");
    denied.resource = between(what, " resource \"", "\"");
    if (const std::size_t slash = denied.resource.find('/'); slash != std::string::npos) {
      denied.subresource = denied.resource.substr(slash + 1);
      denied.resource.resize(slash);
    }
    if (const std::string group = between(what, " in API group \"", "\""); !group.empty())
      denied.resource += '.' + group;
    denied.namespace_ = between(what, " in the namespace \"", "\"");
    denied.cluster_scope = what.find(" at the cluster scope") != std::string_view::npos;
  }
  const bool complete = !denied.verb.empty() && (!denied.path.empty() || !denied.resource.empty());
  const bool harmless = is_harmless(denied.user) && is_harmless(denied.verb) &&
                        is_harmless(denied.resource) && is_harmless(denied.subresource) &&
                        is_harmless(denied.path) && is_harmless(denied.namespace_);
  if (!complete || !harmless) return std::nullopt;
  return denied;
}

}  // namespace kaito::k8s
