#include "stored_object.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <regex>

#include "kaito/base/text.hpp"
#include "kaito/json/difference.hpp"
#include "kaito/json/json.hpp"

namespace kaito::e2e {

namespace {

constexpr std::array server_fields{"metadata.creationTimestamp",
                                   "metadata.generation",
                                   "metadata.managedFields",
                                   "metadata.namespace",
                                   "metadata.resourceVersion",
                                   "metadata.selfLink",
                                   "metadata.uid"};

struct Default {
  const char* field;
  const char* value;
};
/// Of the CRDs, in v1beta1.
constexpr std::array defaults{Default{"resource.count", "1"},
                              Default{"inference.preset.accessMode", "\"public\""},
                              Default{"tuning.preset.accessMode", "\"public\""},
                              Default{"spec.replicas", "1"},
                              Default{"spec.updateStrategy.type", "\"RollingUpdate\""},
                              Default{"spec.updateStrategy.rollingUpdate.maxUnavailable", "1"},
                              Default{"spec.template.inference.preset.accessMode", "\"public\""}};

bool is_server_field(const std::string& path) {
  return std::any_of(server_fields.begin(), server_fields.end(), [&](const std::string& field) {
    return path == field || path.starts_with(field + ".") || path.starts_with(field + "[");
  });
}

bool is_default(const std::string& path, const std::string& value) {
  return std::any_of(defaults.begin(), defaults.end(), [&](const Default& known) {
    return path == known.field && value == known.value;
  });
}

std::string text_of(const json::Document& value) {
  return value ? json::write(value.value()) : "(nothing)";
}

json::Value in_version(json::Value file, const std::string& version) {
  auto& api_version = file.get_object()["apiVersion"];
  const std::string written(api_version.get_string());
  if (const auto slash = written.find('/'); slash != std::string::npos)
    api_version = written.substr(0, slash + 1) + version;
  return file;
}

/// Whatever stands where a value has to be put in: NAME_HERE, <what to put>.
const std::regex& placeholder() {
  static const std::regex pattern("[A-Z]+(_[A-Z]+)*_HERE|<[a-z_0-9-]+>");
  return pattern;
}

std::string value_for(const std::string& found) {
  if (found == "<your-vm-sku>") return "Standard_NC24ads_A100_v4";
  if (found.find("token") != std::string::npos) return "aGZfYWJj";
  return "acme";
}

}  // namespace

std::string differences_from_file(json::Value file, const json::Value& stored,
                                  const std::string& version) {
  std::string text;
  for (const auto& difference : json::differences(in_version(std::move(file), version), stored)) {
    const std::string path = difference.path.text();
    const std::string after = text_of(difference.after);
    const bool added = !difference.before;
    if (added && (is_server_field(path) || is_default(path, after))) continue;
    text += path + ": " + text_of(difference.before) + " -> " + after + "\n";
  }
  return text;
}

std::string lost_from_file(json::Value file, const json::Value& stored,
                           const std::string& version) {
  std::string text;
  for (const auto& difference : json::differences(in_version(std::move(file), version), stored)) {
    if (!difference.before) continue;
    text += difference.path.text() + ": " + text_of(difference.before) + " -> " +
            text_of(difference.after) + "\n";
  }
  return text;
}

std::string filled_in(const std::string& yaml) {
  std::string text;
  std::string rest = yaml;
  for (std::smatch match; std::regex_search(rest, match, placeholder());) {
    text += match.prefix().str() + value_for(match.str());
    rest = match.suffix().str();
  }
  return text + rest;
}

std::vector<std::string> placeholder_places(const std::string& yaml) {
  std::vector<std::string> places;
  std::size_t number = 0;
  for (const auto line : split(yaml, '\n')) {
    ++number;
    const std::string written(line.substr(0, line.find('#')));
    if (!std::regex_search(written, placeholder())) continue;
    const auto column = written.find_first_not_of("- ") + 1;
    places.push_back(std::to_string(number) + ":" + std::to_string(column));
  }
  return places;
}

}  // namespace kaito::e2e
