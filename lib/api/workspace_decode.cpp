#include <fmt/format.h>

#include "api/decoder.hpp"
#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"
#include "kaito/base/text.hpp"

namespace kaito::api {

namespace {

constexpr std::string_view kGroupPrefix = "kaito.sh/";
constexpr std::size_t kShown = 60;  ///< bytes of an untrusted value that a message repeats

}  // namespace

std::string_view to_string(ApiVersion version) {
  return version == ApiVersion::v1alpha1 ? "v1alpha1" : "v1beta1";
}

std::optional<ApiVersion> parse_api_version(std::string_view text) {
  if (text.starts_with(kGroupPrefix)) text.remove_prefix(kGroupPrefix.size());
  if (text == "v1alpha1") return ApiVersion::v1alpha1;
  if (text == "v1beta1") return ApiVersion::v1beta1;
  return std::nullopt;
}

void Decoder::header(ApiVersion& version, std::string_view kind) {
  using Kind = json::ReadProblem::Kind;
  std::string text;
  reader_.require("apiVersion");
  if (reader_.string("apiVersion", text)) {
    const auto parsed = text.starts_with(kGroupPrefix) ? parse_api_version(text) : std::nullopt;
    if (!parsed)
      problems_->push_back({Kind::wrong_type, reader_.path().key("apiVersion"),
                            fmt::format("must be \"kaito.sh/v1beta1\" or \"kaito.sh/v1alpha1\", "
                                        "not \"{}\"",
                                        escape_controls(shorten(text, kShown)))});
    version = parsed.value_or(ApiVersion::v1beta1);
  }
  version_ = version;
  std::string found;
  reader_.require("kind");
  if (reader_.string("kind", found) && found != kind)
    problems_->push_back(
        {Kind::wrong_type, reader_.path().key("kind"),
         fmt::format("must be \"{}\", not \"{}\"", kind, escape_controls(shorten(found, kShown)))});
}

void Decoder::meta(std::string_view key, k8s::ObjectMeta& out) {
  auto reader = reader_.object(key);
  keep_unless(reader && !reader->source()->empty(), key);
  if (reader) k8s::read_meta(std::move(*reader), out);
}

void Decoder::keep_unless(bool held, std::string_view key) {
  if (held || !reader_.has(key)) return;
  if (!unheld_) unheld_ = json::Document(json::Object());
  unheld_.value().get_object()[key] = reader_.source()->at(key);
}

std::size_t Decoder::item_count(std::string_view key) const {
  const json::Value* list = reader_.source() ? reader_.source()->if_contains(key) : nullptr;
  return list != nullptr && list->is_array() ? list->get_array().size() : 0;
}

void Decoder::rest(json::Document& kept) {
  reader_.unknown_fields(kept);
  if (!unheld_) return;
  if (!kept) kept = json::Document(json::Object());
  for (const auto& [key, value] : unheld_.value().get_object())
    kept.value().get_object()[key] = value;
}

void Decoder::check(std::string_view key, Row row) {
  if (row == Row::required) reader_.require(key);
  if (row == Row::only_v1beta1 && version_ == ApiVersion::v1alpha1 && reader_.has(key))
    problems_->push_back({json::ReadProblem::Kind::unknown_field, reader_.path().key(key),
                          "is not a field of v1alpha1: it needs apiVersion kaito.sh/v1beta1"});
}

Decoded<Workspace> decode_workspace(const json::Value& value) {
  Decoded<Workspace> decoded;
  Decoder decoder(json::ObjectReader(value, FieldPath(), decoded.problems), ApiVersion::v1beta1,
                  decoded.problems);
  Rows<Workspace>::visit(decoder, decoded.object);
  return decoded;
}

Decoded<InferenceSet> decode_inference_set(const json::Value& value) {
  Decoded<InferenceSet> decoded;
  Decoder decoder(json::ObjectReader(value, FieldPath(), decoded.problems), ApiVersion::v1beta1,
                  decoded.problems);
  Rows<InferenceSet>::visit(decoder, decoded.object);
  return decoded;
}

}  // namespace kaito::api
