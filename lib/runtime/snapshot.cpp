#include "kaito/runtime/snapshot.hpp"

#include <boost/json/value.hpp>
#include <utility>

#include "kaito/json/json.hpp"

namespace kaito::runtime {

Snapshot::Snapshot(Private, std::string buffer, std::uint32_t namespace_end, std::uint32_t key_end,
                   std::uint32_t uid_end, std::uint32_t version_end)
    : buffer_(std::move(buffer)),
      namespace_end_(namespace_end),
      key_end_(key_end),
      uid_end_(uid_end),
      version_end_(version_end) {}

Result<SnapshotPtr> Snapshot::of(const json::Value& object) {
  const auto name = json::string_at(object, {"metadata", "name"});
  if (name.empty())
    return fail(ErrorCode::protocol, "the server sent an object without metadata.name");
  const auto namespace_ = json::string_at(object, {"metadata", "namespace"});
  const auto uid = json::string_at(object, {"metadata", "uid"});
  const auto version = json::string_at(object, {"metadata", "resourceVersion"});
  const auto text = json::write(object);

  // One block, and no byte more than needed: there may be tens of thousands of these.
  std::string buffer;
  buffer.reserve(namespace_.size() + 1 + name.size() + uid.size() + version.size() + text.size());
  buffer += namespace_;
  const auto namespace_end = static_cast<std::uint32_t>(buffer.size());
  if (!namespace_.empty()) buffer += '/';
  buffer += name;
  const auto key_end = static_cast<std::uint32_t>(buffer.size());
  buffer += uid;
  const auto uid_end = static_cast<std::uint32_t>(buffer.size());
  buffer += version;
  const auto version_end = static_cast<std::uint32_t>(buffer.size());
  buffer += text;
  return std::make_shared<const Snapshot>(Private{}, std::move(buffer), namespace_end, key_end,
                                          uid_end, version_end);
}

std::shared_ptr<const json::Document> Snapshot::document() const {
  const std::lock_guard lock(mutex_);
  if (auto parsed = parsed_.lock()) return parsed;
  // Written by us: it parses.
  auto value = json::parse(text());
  auto document =
      std::make_shared<const json::Document>(value ? std::move(*value) : json::Value(nullptr));
  parsed_ = document;
  return document;
}

std::string object_key(std::string_view namespace_, std::string_view name) {
  std::string key(namespace_);
  if (!key.empty()) key += '/';
  return key += name;
}

ObjectKeyParts split_object_key(std::string_view key) {
  const auto slash = key.find('/');
  if (slash == std::string_view::npos) return {{}, key};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

}  // namespace kaito::runtime
