#include "kaito/plan/prices.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "kaito/base/text.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::plan {

namespace {

constexpr std::string_view form = "write it as prices: {Standard_NC24ads_A100_v4: 3.67}";

[[nodiscard]] tl::unexpected<Error> at(const json::YamlDocument& document, const FieldPath& path,
                                       const std::string& what) {
  return fail(ErrorCode::parse, document.places.of(path).text() + ": " + what, std::string(form));
}

[[nodiscard]] std::optional<double> number(const json::Value& value) {
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (value.is_double()) return value.get_double();
  return std::nullopt;
}

[[nodiscard]] Result<void> read_prices(const json::YamlDocument& document,
                                       const json::Value& prices, PriceList& out) {
  const FieldPath path("prices");
  const auto* entries = prices.if_object();
  if (entries == nullptr || entries->empty())
    return at(document, path, "prices must be a map of instance types to numbers");
  for (const auto& [key, value] : *entries) {
    const std::string name(key);
    const auto price = number(value);
    const std::string shown = escape_controls(shorten(name, 80));
    if (!price || !std::isfinite(*price) || *price <= 0)
      return at(document, path.key(name), "the price of " + shown + " must be a number above 0");
    if (!out.per_hour.emplace(to_lower(name), *price).second)
      return at(document, path.key(name), shown + " has a price already, in another letter case");
  }
  return {};
}

}  // namespace

std::optional<double> PriceList::of(std::string_view instance_type) const {
  const auto found = per_hour.find(to_lower(instance_type));
  return found == per_hour.end() ? std::nullopt : std::optional(found->second);
}

Result<PriceList> load_prices(std::string_view text, const std::string& file) {
  KAITO_TRY(const auto documents, json::load_yaml(text, file));
  if (documents.size() != 1 || !documents.front().value.value().is_object())
    return fail(ErrorCode::parse, file + ": a price file is one map", std::string(form));
  const json::YamlDocument& document = documents.front();
  PriceList out;
  const std::map<std::string_view, std::string*> texts{
      {"currency", &out.currency}, {"source", &out.source}, {"date", &out.date}};
  bool priced = false;
  for (const auto& [key, value] : document.value.value().get_object()) {
    const FieldPath path{std::string_view(key)};
    if (key == "prices") {
      KAITO_CHECK(read_prices(document, value, out));
      priced = true;
    } else if (const auto known = texts.find(std::string_view(key)); known != texts.end()) {
      if (!value.is_string()) return at(document, path, path.text() + " must be a text");
      *known->second = std::string(value.get_string());
    } else {
      return at(document, path,
                "unknown key " + escape_controls(shorten(path.text(), 80)) +
                    "; there are currency, source, date and prices");
    }
  }
  if (!priced) return fail(ErrorCode::parse, file + ": no prices in it", std::string(form));
  return out;
}

}  // namespace kaito::plan
