#include "sandbox/apiserver/resource.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace kaito::sandbox {
namespace {

/// "v1beta2" as (stability, major, minor): 3 for stable, 2 beta, 1 alpha, 0 for names that are no
/// version.
[[nodiscard]] std::tuple<int, int, int> rank(std::string_view version) {
  const char* at = version.data();
  const char* end = version.data() + version.size();
  int major = 0;
  if (version.empty() || *at != 'v') return {0, 0, 0};
  const auto number = std::from_chars(at + 1, end, major);
  if (number.ec != std::errc()) return {0, 0, 0};
  const std::string_view rest(number.ptr, static_cast<std::size_t>(end - number.ptr));
  if (rest.empty()) return {3, major, 0};
  for (const auto& [word, stability] : {std::pair{std::string_view("beta"), 2}, {"alpha", 1}}) {
    if (!rest.starts_with(word)) continue;
    int minor = 0;
    const char* digits = rest.data() + word.size();
    const auto parsed = std::from_chars(digits, end, minor);
    if (parsed.ec == std::errc() && parsed.ptr == end) return {stability, major, minor};
  }
  return {0, 0, 0};
}

}  // namespace

bool version_before(std::string_view a, std::string_view b) {
  const auto left = rank(a);
  const auto right = rank(b);
  if (left != right) return left > right;
  return a < b;
}

const ServedVersion* Resource::version(std::string_view name) const {
  const auto found = std::ranges::find(versions, name, &ServedVersion::name);
  return found == versions.end() ? nullptr : &*found;
}

std::string Resource::qualified_kind() const {
  return type.group.empty() ? type.kind : type.kind + "." + type.group;
}

const Resource* Registry::find(std::string_view group, std::string_view plural) const {
  for (const auto& resource : all_) {
    if (resource->type.plural == plural && resource->type.group == group) return resource.get();
  }
  return nullptr;
}

const Resource* Registry::find(std::string_view group, std::string_view version,
                               std::string_view plural) const {
  const Resource* resource = find(group, plural);
  return resource != nullptr && resource->version(version) != nullptr ? resource : nullptr;
}

void Registry::add(std::shared_ptr<const Resource> resource) {
  remove(resource->type.group, resource->type.plural);
  all_.push_back(std::move(resource));
}

void Registry::remove(std::string_view group, std::string_view plural) {
  std::erase_if(all_, [&](const auto& resource) {
    return resource->type.plural == plural && resource->type.group == group;
  });
}

std::vector<std::pair<std::string, std::vector<std::string>>> Registry::groups() const {
  std::map<std::string, std::vector<std::string>> versions;
  for (const auto& resource : all_) {
    std::vector<std::string>& known = versions[resource->type.group];
    for (const ServedVersion& version : resource->versions) {
      if (std::ranges::find(known, version.name) == known.end()) known.push_back(version.name);
    }
  }
  std::vector<std::pair<std::string, std::vector<std::string>>> groups(versions.begin(),
                                                                       versions.end());
  for (auto& [group, names] : groups)
    std::ranges::sort(names, version_before);
  return groups;
}

}  // namespace kaito::sandbox
