#include "kaito/api/fields.hpp"

#include <map>

#include "api/rows.hpp"

namespace kaito::api {

namespace {

/// Writes down the rows that it is led over. A codec of rows.hpp.
class FieldLister {
 public:
  FieldLister(std::string prefix, ApiVersion version, std::vector<Field>& out)
      : prefix_(std::move(prefix)), version_(version), out_(&out) {}

  void header(const ApiVersion&, std::string_view) {
    add("apiVersion", FieldType::string, Row::optional);
    add("kind", FieldType::string, Row::optional);
  }
  void meta(std::string_view key, const k8s::ObjectMeta&) {
    add(key, FieldType::opaque, Row::optional);
  }
  template <class T>
  void string(std::string_view key, const T&, Row row = Row::optional) {
    add(key, FieldType::string, row);
  }
  template <class T>
  void integer(std::string_view key, const T&) {
    add(key, FieldType::integer, Row::optional);
  }
  void boolean(std::string_view key, bool) { add(key, FieldType::boolean, Row::optional); }
  template <class T>
  void strings(std::string_view key, const T&) {
    add(key, FieldType::strings, Row::optional);
  }
  template <class T>
  void string_map(std::string_view key, const T&) {
    add(key, FieldType::string_map, Row::optional);
  }
  void any(std::string_view key, const json::Document&) {
    add(key, FieldType::opaque, Row::optional);
  }
  template <class T>
  void object(std::string_view key, const std::optional<T>& part, Row row = Row::optional) {
    object(key, part, row, version_);
  }
  template <class T>
  void object(std::string_view key, const std::optional<T>&, Row row, ApiVersion inside) {
    if (add(key, FieldType::object, row)) list<T>(prefix_ + std::string(key), inside);
  }
  template <class T>
  void objects(std::string_view key, const std::optional<std::vector<T>>&) {
    add(key, FieldType::objects, Row::optional);
    list<T>(prefix_ + std::string(key) + "[]", version_);
  }
  template <class Visit>
  void group(std::string_view key, bool, Row row, Visit&& visit) {
    add(key, FieldType::object, row);
    FieldLister inner(prefix_ + std::string(key) + ".", version_, *out_);
    visit(inner);
  }
  template <class T>
  void checked_object(std::string_view key, const json::Document&) {
    object(key, std::optional<T>());
  }
  template <class T>
  void checked_list(std::string_view key, const json::Document&) {
    objects(key, std::optional<std::vector<T>>());
  }
  void rest(const json::Document&) {}

 private:
  /// False when this version does not have the field.
  bool add(std::string_view key, FieldType type, Row row) {
    if (row == Row::only_v1beta1 && version_ == ApiVersion::v1alpha1) return false;
    out_->push_back({prefix_ + std::string(key), type, row == Row::required});
    return true;
  }
  template <class T>
  void list(const std::string& path, ApiVersion version) {
    FieldLister inner(path + ".", version, *out_);
    const T empty{};
    Rows<T>::visit(inner, empty);
  }

  std::string prefix_;
  ApiVersion version_;
  std::vector<Field>* out_;
};

template <class T>
std::vector<Field> fields_of(ApiVersion version) {
  std::vector<Field> fields;
  FieldLister lister("", version, fields);
  const T empty{};
  Rows<T>::visit(lister, empty);
  return fields;
}

}  // namespace

std::vector<Field> workspace_fields(ApiVersion version) {
  return fields_of<Workspace>(version);
}

std::vector<Field> inference_set_fields(ApiVersion version) {
  return fields_of<InferenceSet>(version);
}

}  // namespace kaito::api
