// Workspaces and InferenceSets: decoding loses nothing, and every rule bears what it is given.

#include "kaito/api/workspace.hpp"

#include <boost/json/value.hpp>

#include "kaito/api/inference_set.hpp"
#include "kaito/catalog/catalog.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "kaito/validate/validate.hpp"
#include "target.hpp"

namespace {

using namespace kaito;
using fuzz::hold;

validate::Context context() {
  validate::Context out;
  const auto catalog = catalog::Catalog::builtin();
  hold(catalog.has_value(), "the catalogue loads");
  out.catalog = *catalog;
  out.cloud = "azure";
  return out;
}

void check_findings(const std::vector<validate::Finding>& findings) {
  for (const auto& finding : findings)
    hold(!finding.code.empty() && !finding.message.empty(), "a finding says what");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const validate::Context kContext = context();
  const auto documents =
      json::load_yaml(fuzz::text_of(data, size), "f.yaml", {1 << 20, 50, 20'000});
  if (!documents) return 0;
  for (const auto& document : *documents) {
    const json::Value& value = document.value.value();
    const auto workspace = api::decode_workspace(value);
    check_findings(validate::check_workspace(workspace.object, workspace.problems, kContext));
    check_findings(validate::check_update(workspace.object, workspace.object, kContext));
    check_findings(validate::check_config_map(workspace.object, value, kContext));
    if (value.is_object() && workspace.problems.empty()) {
      const auto again = api::decode_workspace(api::encode_workspace(workspace.object));
      hold(again.problems.empty() && again.object == workspace.object, "decoding loses nothing");
    }
    const auto set = api::decode_inference_set(value);
    check_findings(validate::check_inference_set(set.object, set.problems, kContext));
  }
  return 0;
}
