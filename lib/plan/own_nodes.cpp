#include "kaito/plan/own_nodes.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/object_meta.hpp"
#include "kaito/plan/facts.hpp"

namespace kaito::plan {

namespace {

struct Reader {
  const json::YamlDocument* document = nullptr;
  OwnNodes out;

  [[nodiscard]] tl::unexpected<Error> at(const FieldPath& path, const std::string& what,
                                         std::string hint = {}) const {
    return fail(ErrorCode::parse, document->places.of(path).text() + ": " + what, std::move(hint));
  }
  [[nodiscard]] Result<void> list(const json::Value& value, const FieldPath& path);
  [[nodiscard]] Result<void> object(const json::Value& value, const FieldPath& path);
  [[nodiscard]] Result<void> node(const json::Value& value, const FieldPath& path);
};

[[nodiscard]] bool has_gpu_labels(const std::map<std::string, std::string>& labels) {
  return std::any_of(labels.begin(), labels.end(),
                     [](const auto& label) { return label.first.starts_with("nvidia.com/gpu."); });
}

/// Source: upstream pkg/utils/nodes (ready and not being deleted).
[[nodiscard]] bool is_ready(const json::Value& node, const k8s::ObjectMeta& meta) {
  if (meta.deletion_time) return false;
  const auto conditions = k8s::conditions_of(node);
  const auto* ready = k8s::find_condition(conditions, "Ready");
  return ready == nullptr || ready->status == "True";
}

[[nodiscard]] bool same(const NodeGpus& a, const NodeGpus& b) {
  return a.gpu_model == b.gpu_model && a.count == b.count && a.memory_bytes == b.memory_bytes &&
         a.slice == b.slice;
}

Result<void> Reader::node(const json::Value& value, const FieldPath& path) {
  std::vector<json::ReadProblem> problems;
  json::ObjectReader reader(value, path, problems);
  k8s::ObjectMeta meta;
  if (auto part = reader.object("metadata")) k8s::read_meta(std::move(*part), meta);
  if (!problems.empty()) {
    return at(problems.front().path, problems.front().path.text() + " " + problems.front().message);
  }
  if (meta.name.empty()) return at(path, "a Node without metadata.name");
  const std::string name = escape_controls(shorten(meta.name, 253));
  if (!has_gpu_labels(meta.labels)) {
    out.without_gpus.push_back(name);
    return {};
  }
  auto gpus = node_gpus(meta.labels);
  if (!gpus) {
    return at(path.key("metadata").key("labels"), "node " + name + " " + gpus.error().message,
              gpus.error().hint);
  }
  auto group = std::find_if(out.groups.begin(), out.groups.end(),
                            [&gpus](const NodeGroup& other) { return same(other.gpus, *gpus); });
  if (group == out.groups.end())
    group = out.groups.insert(out.groups.end(), NodeGroup{std::move(*gpus), {}, {}});
  (is_ready(value, meta) ? group->ready : group->not_ready).push_back(name);
  return {};
}

Result<void> Reader::object(const json::Value& value, const FieldPath& path) {
  const std::string_view kind = json::string_at(value, {"kind"});
  if (kind == "List" || kind == "NodeList") return list(value, path);
  // The items of a NodeList say no kind.
  if (kind == "Node" || (kind.empty() && !path.empty())) return node(value, path);
  return at(path.key("kind"),
            kind.empty() ? std::string("not a Node: there is no kind")
                         : "not a Node but a " + escape_controls(shorten(kind, 60)),
            "kubectl get nodes -o yaml gives such a file");
}

Result<void> Reader::list(const json::Value& value, const FieldPath& path) {
  const auto* items = json::find(value, {"items"});
  if (items == nullptr || !items->is_array()) return at(path.key("items"), "a list without items");
  const FieldPath base = path.key("items");
  for (std::size_t i = 0; i < items->get_array().size(); ++i)
    KAITO_CHECK(object(items->get_array()[i], base.index(i)));
  return {};
}

}  // namespace

Result<OwnNodes> load_own_nodes(std::string_view text, const std::string& file) {
  KAITO_TRY(const auto documents, json::load_yaml(text, file));
  Reader reader;
  for (const auto& document : documents) {
    reader.document = &document;
    KAITO_CHECK(reader.object(document.value.value(), FieldPath()));
  }
  if (reader.out.groups.empty() && reader.out.without_gpus.empty()) {
    return fail(ErrorCode::parse, file + ": there is no Node in it",
                "kubectl get nodes -o yaml gives such a file");
  }
  return std::move(reader.out);
}

}  // namespace kaito::plan
