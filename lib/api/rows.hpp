#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"

/// The fields of every type, one row per field. Decoding, encoding and the field list walk the same
/// rows, so that they cannot disagree. A row names the JSON key, the member and what is special
/// about it; a Codec has one function per kind of row (decoder.hpp, encoder.hpp, fields.cpp).
namespace kaito::api {

enum class Row : std::uint8_t {
  optional,
  required,      ///< by the CRD's schema
  only_v1beta1,  ///< v1alpha1's schema prunes it
};

template <class T>
struct Rows;

/// labelSelector.matchExpressions[]: kept as written, read only to check its shape.
struct Expression {
  std::string key;
  std::string op;
  std::optional<std::vector<std::string>> values;
  json::Document other;
};

template <>
struct Rows<Expression> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.string("key", self.key, Row::required);
    codec.string("operator", self.op, Row::required);
    codec.strings("values", self.values);
    codec.rest(self.other);
  }
};

template <>
struct Rows<LabelSelector> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.string_map("matchLabels", self.match_labels);
    codec.template checked_list<Expression>("matchExpressions", self.match_expressions);
    codec.rest(self.other);
  }
};

template <>
struct Rows<GpuPartition> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.string("mode", self.mode, Row::required);
    codec.string("profile", self.profile);
    codec.integer("count", self.count);
    codec.rest(self.other);
  }
};

template <>
struct Rows<ResourceSpec> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.integer("count", self.count);
    codec.string("instanceType", self.instance_type);
    codec.object("labelSelector", self.label_selector, Row::required);
    codec.strings("preferredNodes", self.preferred_nodes);
    codec.object("partition", self.partition, Row::only_v1beta1);
    codec.rest(self.other);
  }
};

template <>
struct Rows<PresetOptions> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.string("image", self.image);
    codec.strings("imagePullSecrets", self.image_pull_secrets);
    codec.string("modelAccessSecret", self.model_access_secret, Row::only_v1beta1);
    codec.rest(self.other);
  }
};

template <>
struct Rows<PresetSpec> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.string("name", self.name, Row::required);
    codec.string("accessMode", self.access_mode);
    codec.object("presetOptions", self.options);
    codec.rest(self.other);
  }
};

template <>
struct Rows<DataSource> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.string("name", self.name);
    codec.strings("urls", self.urls);
    codec.any("volumeSource", self.volume_source);
    codec.string("image", self.image);
    codec.strings("imagePullSecrets", self.image_pull_secrets);
    codec.rest(self.other);
  }
};

template <>
struct Rows<DataDestination> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.any("volumeSource", self.volume_source);
    codec.string("image", self.image);
    codec.string("imagePushSecret", self.image_push_secret);
    codec.rest(self.other);
  }
};

template <>
struct Rows<AdapterSpec> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.object("source", self.source);
    codec.string("strength", self.strength);
    codec.rest(self.other);
  }
};

template <>
struct Rows<InferenceSpec> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.object("preset", self.preset);
    codec.any("template", self.pod_template);
    codec.string("config", self.config);
    codec.objects("adapters", self.adapters);
    codec.rest(self.other);
  }
};

template <>
struct Rows<TuningSpec> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.object("preset", self.preset);
    codec.string("method", self.method);
    codec.string("config", self.config);
    codec.object("input", self.input, Row::required);
    codec.object("output", self.output, Row::required);
    codec.rest(self.other);
  }
};

template <>
struct Rows<Workspace> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.header(self.version, "Workspace");
    codec.meta("metadata", self.meta);
    codec.object("resource", self.resource);
    codec.object("inference", self.inference);
    codec.object("tuning", self.tuning);
    codec.any("status", self.status);
    codec.rest(self.other);
  }
};

/// spec.autoUpgrade of an InferenceSet: kept as written, read only to check its shape.
struct MaintenanceWindow {
  std::string schedule;
  std::string duration;
  json::Document other;
};

struct AutoUpgrade {
  bool enabled = false;
  std::string strategy;
  std::optional<MaintenanceWindow> maintenance_window;
  json::Document other;
};

template <>
struct Rows<MaintenanceWindow> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.string("schedule", self.schedule, Row::required);
    codec.string("duration", self.duration);
    codec.rest(self.other);
  }
};

template <>
struct Rows<AutoUpgrade> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.boolean("enabled", self.enabled);
    codec.string("strategy", self.strategy);
    codec.object("maintenanceWindow", self.maintenance_window);
    codec.rest(self.other);
  }
};

template <>
struct Rows<InferenceSet> {
  template <class Codec, class Self>
  static void visit(Codec& codec, Self& self) {
    codec.header(self.version, "InferenceSet");
    codec.meta("metadata", self.meta);
    bool has_spec = false;  // the struct has no member for it: written when anything is in it
    codec.group("spec", has_spec, Row::required, [&](auto& spec) {
      spec.integer("replicas", self.replicas);
      spec.object("labelSelector", self.label_selector, Row::required);
      spec.integer("nodeCountLimit", self.node_count_limit);
      spec.group("template", self.has_template, Row::required,
                 [&](auto& blueprint) { visit_template(blueprint, self); });
      spec.any("updateStrategy", self.update_strategy);
      spec.template checked_object<AutoUpgrade>("autoUpgrade", self.auto_upgrade);
      spec.rest(self.spec_other);
    });
    codec.any("status", self.status);
    codec.rest(self.other);
  }

 private:
  template <class Codec, class Self>
  static void visit_template(Codec& blueprint, Self& self) {
    blueprint.any("metadata", self.template_meta);
    blueprint.group("resource", self.has_template_resource, Row::optional, [&](auto& resource) {
      resource.string("instanceType", self.instance_type);
      resource.object("partition", self.partition, Row::only_v1beta1);
      resource.rest(self.template_resource_other);
    });
    // Both versions embed v1beta1's InferenceSpec.
    blueprint.object("inference", self.inference, Row::required, ApiVersion::v1beta1);
    blueprint.rest(self.template_other);
  }
};

}  // namespace kaito::api
