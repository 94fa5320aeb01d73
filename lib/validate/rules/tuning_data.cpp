#include "validate/dataset_url.hpp"
#include "validate/image_reference.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// Where tuning takes its data from and puts its result.
namespace kaito::validate {

namespace {

const api::DataSource* input_of(const Subject& subject) {
  const auto& tuning = subject.workspace.tuning;
  return tuning && tuning->input ? &*tuning->input : nullptr;
}

const api::DataDestination* output_of(const Subject& subject) {
  const auto& tuning = subject.workspace.tuning;
  return tuning && tuning->output ? &*tuning->output : nullptr;
}

bool given(const std::optional<std::string>& text) {
  return text && !text->empty();
}

void check_one_source(const Subject& subject, Report& report) {
  const auto* input = input_of(subject);
  if (input == nullptr) return;
  const int count = (input->urls && !input->urls->empty() ? 1 : 0) +
                    (input->volume_source ? 1 : 0) + (given(input->image) ? 1 : 0);
  if (count == 0)
    report.add(field("tuning.input"), "has none of urls, volumeSource and image: give one");
  else if (count > 1)
    report.add(field("tuning.input"), "has more than one of urls, volumeSource and image",
               "keep one");
}

void check_image(const std::optional<std::string>& image, const FieldPath& path, Report& report) {
  if (!given(image)) return;
  const std::string problem = image_reference_problem(*image);
  if (!problem.empty())
    report.add(path, in_quotes(*image) + " is not an image reference: it " + problem);
}

void check_input_image(const Subject& subject, Report& report) {
  if (const auto* input = input_of(subject))
    check_image(input->image, field("tuning.input.image"), report);
}

void check_output_image(const Subject& subject, Report& report) {
  if (const auto* output = output_of(subject))
    check_image(output->image, field("tuning.output.image"), report);
}

void report_urls(const Subject& subject, UrlFault fault, Severity severity, std::string_view why,
                 Report& report) {
  const auto* input = input_of(subject);
  if (input == nullptr || !input->urls) return;
  for (std::size_t i = 0; i < input->urls->size(); ++i)
    if (screen_url((*input->urls)[i]) == fault)
      report.add_as(severity, field("tuning.input.urls").index(i),
                    in_quotes((*input->urls)[i]) + std::string(why));
}

/// v1beta1 is screened for addresses inside the cluster since v0.12.0.
Severity screening_severity(const Subject& subject) {
  const bool screened = subject.workspace.version == api::ApiVersion::v1beta1 &&
                        !is_before(subject.context, "v0.12.0");
  return screened ? Severity::error : Severity::warning;
}

void check_url_form(const Subject& subject, Report& report) {
  report_urls(subject, UrlFault::malformed, Severity::error, " is not a URL with a host", report);
}

void check_url_scheme(const Subject& subject, Report& report) {
  report_urls(subject, UrlFault::scheme, Severity::error, " is neither http nor https", report);
}

void check_url_host(const Subject& subject, Report& report) {
  report_urls(subject, UrlFault::local, screening_severity(subject),
              " points at the machine itself or a cloud's metadata service, which operators refuse",
              report);
}

void check_url_address(const Subject& subject, Report& report) {
  report_urls(subject, UrlFault::internal, screening_severity(subject),
              " points at a private or local address, which operators refuse", report);
}

void check_push_secret(const Subject& subject, Report& report) {
  const auto* output = output_of(subject);
  if (output != nullptr && given(output->image) && !given(output->image_push_secret))
    report.add(field("tuning.output.imagePushSecret"),
               "is required with an output image: a Secret that may push to its registry");
}

void check_one_destination(const Subject& subject, Report& report) {
  const auto* output = output_of(subject);
  if (output == nullptr) return;
  if (!given(output->image) && !output->volume_source)
    report.add(field("tuning.output"), "has neither image nor volumeSource: give one");
  if (given(output->image) && output->volume_source)
    report.add(field("tuning.output"), "has both image and volumeSource", "keep one");
}

constexpr Rule kRules[] = {
    {"V085", Severity::error, "tuning input with none or several of urls, volume and image",
     check_one_source},
    {"V086", Severity::error, "an input image that is not an image reference", check_input_image},
    {"V088", Severity::error, "an output image that is not an image reference", check_output_image},
    {"V089", Severity::error, "an input URL that is malformed or has no host", check_url_form},
    {"V090", Severity::error, "an input URL that is neither http nor https", check_url_scheme},
    {"V091", Severity::error,
     "an input URL of localhost or a metadata service (v1alpha1: a warning)", check_url_host},
    {"V092", Severity::error, "an input URL of a private or local address (v1alpha1: a warning)",
     check_url_address},
    {"V093", Severity::error, "an output image without a Secret to push it", check_push_secret},
    {"V094", Severity::error, "tuning output with none or both of volume and image",
     check_one_destination},
};

}  // namespace

Rules data_rules() {
  return kRules;
}

}  // namespace kaito::validate
