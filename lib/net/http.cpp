#include "kaito/net/http.hpp"

#include <algorithm>

#include "kaito/base/text.hpp"

namespace kaito::net {

void Headers::set(std::string_view name, std::string value) {
  const auto same = [&](const auto& field) { return equals_ignoring_case(field.first, name); };
  const auto first = std::find_if(fields_.begin(), fields_.end(), same);
  if (first == fields_.end()) {
    add(std::string(name), std::move(value));
    return;
  }
  first->second = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_,
                [&](const auto& field) { return equals_ignoring_case(field.first, name); });
}

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (equals_ignoring_case(field, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const auto& field) { return equals_ignoring_case(field.first, name); });
}

Result<Upgraded> Transport::upgrade(const HttpRequest& /*request*/, const CallLimits& /*limits*/) {
  return fail(ErrorCode::failed, "this transport cannot change the protocol of a connection");
}

std::string HttpHead::content_type() const {
  const std::string_view value = headers.get("Content-Type");
  return to_lower(trim(value.substr(0, value.find(';'))));
}

}  // namespace kaito::net
