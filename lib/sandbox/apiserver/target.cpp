#include "sandbox/apiserver/target.hpp"

#include <algorithm>
#include <charconv>

#include "kaito/base/text.hpp"

namespace kaito::sandbox {

std::string percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
            text.data() + i + 3) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

Query::Query(std::string_view encoded) {
  if (encoded.empty()) return;
  for (const std::string_view part : split(encoded, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    pairs_.emplace_back(percent_decode(part.substr(0, equals), true), percent_decode(value, true));
  }
}

std::string Query::get(std::string_view key) const {
  const auto found = std::ranges::find(pairs_, key, &std::pair<std::string, std::string>::first);
  return found == pairs_.end() ? std::string() : found->second;
}

bool Query::has(std::string_view key) const {
  return std::ranges::find(pairs_, key, &std::pair<std::string, std::string>::first) !=
         pairs_.end();
}

std::vector<std::string> Query::all(std::string_view key) const {
  std::vector<std::string> values;
  for (const auto& [name, value] : pairs_) {
    if (name == key) values.push_back(value);
  }
  return values;
}

bool Query::flag(std::string_view key) const {
  const std::string value = get(key);
  return has(key) && value != "false" && value != "0";
}

std::optional<ResourcePath> parse_resource_path(std::string_view encoded_path) {
  std::vector<std::string_view> parts = split(encoded_path, '/');
  if (!parts.empty() && parts.front().empty()) parts.erase(parts.begin());
  ResourcePath path;
  std::size_t at = 0;
  const auto left = [&] { return parts.size() - at; };
  const auto take = [&] { return percent_decode(parts[at++]); };
  if (left() >= 3 && parts[0] == "api") {
    ++at;
    path.version = take();
  } else if (left() >= 4 && parts[0] == "apis") {
    ++at;
    path.group = take();
    path.version = take();
  } else {
    return std::nullopt;
  }
  if (left() >= 2 && parts[at] == "watch") {
    ++at;
    path.old_watch = true;
  }
  // Under namespaces/<ns> stand the namespace's own subresources, or kinds that live in it.
  if (left() >= 3 && parts[at] == "namespaces" && parts[at + 2] != "status" &&
      parts[at + 2] != "finalize") {
    ++at;
    path.namespace_ = take();
  }
  path.plural = take();
  if (left() > 0) path.name = take();
  if (left() > 0) path.subresource = take();
  while (left() > 0)
    path.rest += "/" + std::string(parts[at++]);
  if (path.plural.empty() || (path.name.empty() && !path.subresource.empty())) return std::nullopt;
  return path;
}

std::pair<std::string_view, std::string_view> split_target(std::string_view target) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

}  // namespace kaito::sandbox
