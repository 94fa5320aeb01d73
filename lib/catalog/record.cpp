#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <mutex>

#include "kaito/catalog/catalog.hpp"

namespace kaito::catalog {

struct Record::Entry {
  std::string_view text;  ///< until it is parsed
  std::once_flag parsed;
  json::Value value;
};

Record::Record(std::string_view text) : entry_(std::make_shared<Entry>()) {
  entry_->text = text;
}

Record::Record(json::Object entry) : entry_(std::make_shared<Entry>()) {
  entry_->value = std::move(entry);
}

const json::Value& Record::value() const {
  static const json::Value none(boost::json::object_kind);
  if (!entry_) return none;
  std::call_once(entry_->parsed, [this] {
    if (entry_->text.empty()) return;
    boost::json::error_code code;  // stays clear: our own JSON writer wrote the text
    entry_->value = boost::json::parse(entry_->text, code);
  });
  return entry_->value;
}

}  // namespace kaito::catalog
