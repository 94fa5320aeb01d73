#include <algorithm>
#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/registry.hpp"
#include "commands/render_input.hpp"
#include "exit_codes.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/validate/validate.hpp"
#include "output/format.hpp"
#include "output/manifest.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::json::string_at;
using kaito::render::Provisioner;
using kaito::validate::Finding;
using kaito::validate::Severity;

kaito::validate::Context validation(const RenderRequest& request) {
  kaito::validate::Context context;
  const auto& input = request.input;
  context.catalog = input.catalog;
  context.cloud = input.cloud;
  context.own_nodes = input.provisioner == Provisioner::byo;
  context.own_nodes_known = true;
  context.operator_release = input.profile->release;
  context.feature_gates = {{"enableMIG", input.gates.mig},
                           {"enableAccelerator", input.gates.accelerator}};
  if (context.own_nodes && !request.own_nodes.empty()) context.nodes = &request.own_nodes;
  return context;
}

/// Brings an object to the version that the release stores, saying what that changes.
template <class Object>
void convert_to_release(Context& context, const RenderRequest& request, Object& object) {
  const bool old = request.input.profile->api_version == "kaito.sh/v1alpha1";
  const auto version = old ? kaito::api::ApiVersion::v1alpha1 : kaito::api::ApiVersion::v1beta1;
  if (object.version == version) return;
  for (const auto& note : kaito::api::convert(object, version))
    context.note(note.path.text() + ": " + note.message);
}

/// Prints what validation says of one object; gives the number of errors.
std::size_t print_findings(Context& context, const RenderItem& item,
                           std::vector<Finding> findings) {
  std::size_t errors = 0;
  for (auto& finding : findings) {
    finding.place = item.places.of(finding.path);
    if (finding.severity != Severity::info) context.print_finding(finding);
    if (finding.severity == Severity::error) ++errors;
  }
  return errors;
}

kaito::Result<kaito::render::Rendered> render_item(Context& context, const RenderRequest& request,
                                                   const RenderItem& item, std::size_t& errors) {
  const auto& value = item.value.value();
  if (string_at(value, {"kind"}) == "InferenceSet") {
    auto decoded = kaito::api::decode_inference_set(value);
    errors += print_findings(context, item,
                             kaito::validate::check_inference_set(decoded.object, decoded.problems,
                                                                  validation(request)));
    convert_to_release(context, request, decoded.object);
    return kaito::render::render(decoded.object, request.input);
  }
  auto decoded = kaito::api::decode_workspace(value);
  errors += print_findings(
      context, item,
      kaito::validate::check_workspace(decoded.object, decoded.problems, validation(request)));
  convert_to_release(context, request, decoded.object);
  return kaito::render::render(decoded.object, request.input);
}

using Trees = std::vector<kaito::json::Tree>;

kaito::Result<Trees> render_all(Context& context, const RenderRequest& request,
                                const RenderFlags& flags) {
  Trees objects;
  for (const auto& companion : request.companions)
    objects.emplace_back(companion.value());
  std::size_t errors = 0;
  for (const auto& item : request.items) {
    auto rendered = render_item(context, request, item, errors);
    if (errors > 0 && !flags.force) continue;  // all findings first
    if (!rendered) return kaito::fail(std::move(rendered.error()));
    for (const auto& note : rendered->notes)
      context.note(note);
    for (auto& object : rendered->objects) {
      // What several Workspaces share: a mirror, the default training config.
      if (std::find(objects.begin(), objects.end(), object) == objects.end())
        objects.push_back(std::move(object));
    }
  }
  if (errors > 0 && !flags.force) {
    return kaito::fail(
        kaito::ErrorCode::invalid,
        std::to_string(errors) + (errors == 1 ? " error" : " errors") + "; nothing was rendered",
        "--force renders all the same");
  }
  return objects;
}

void keep_only(const std::vector<std::string>& kinds, Trees& objects) {
  if (kinds.empty()) return;
  const auto unwanted = [&kinds](const kaito::json::Tree& object) {
    const auto kind = object.string_at({"kind"});
    return std::none_of(kinds.begin(), kinds.end(), [kind](const std::string& wanted) {
      return kaito::equals_ignoring_case(wanted, kind);
    });
  };
  objects.erase(std::remove_if(objects.begin(), objects.end(), unwanted), objects.end());
}

void print_objects(Context& context, const Trees& objects, OutputFormat format) {
  if (objects.empty() || (format != OutputFormat::json && format != OutputFormat::name)) {
    context.out() << manifest_stream(objects);
    return;
  }
  std::vector<kaito::json::Document> documents;
  std::vector<const kaito::json::Value*> values;
  for (const auto& object : objects) {
    documents.push_back(object.document());
    values.push_back(&documents.back().value());
  }
  if (format == OutputFormat::json)
    context.out() << format_objects(values, format);
  else
    for (const auto* value : values)
      context.out() << object_name_line(*value) << '\n';
}

kaito::Result<int> render(Context& context, const RenderFlags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_TRY(auto request, render_request(context, flags));
  KAITO_TRY(auto objects, render_all(context, request, flags));
  keep_only(flags.only, objects);
  if (objects.empty()) context.note("none of the objects is of the kind that --only asks for");
  if (!flags.output_dir.empty()) {
    const auto files = manifest_files(objects);
    KAITO_CHECK(write_manifest_folder(flags.output_dir, files));
    for (const auto& file : files)
      context.out() << (std::filesystem::path(flags.output_dir) / file.name).string() << '\n';
    return exit_done;
  }
  print_objects(context, objects, format);
  return exit_done;
}

}  // namespace

void add_render(CommandLine& root, Context& context) {
  auto flags = std::make_shared<RenderFlags>();
  auto command = root.command("render", "The manifests that a workspace becomes");
  add_render_flags(command, *flags);
  command.run([&context, flags] { return context.exit_code_of(render(context, *flags)); });
}

}  // namespace kaitoctl::commands
