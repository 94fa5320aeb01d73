#include "sandbox/apiserver/protobuf_messages.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "kaito/base/text.hpp"

namespace kaito::sandbox {
namespace {

/// `fields` reads "NUMBER:NAME:TYPE ...". TYPE is s (text), y (bytes), i (whole number), b
/// (boolean), t (Time), m (MicroTime), {}s and {}y (maps from text), or a message; [] before it: a
/// list; * behind it: a pointer.
struct Row {
  std::string_view message;
  std::string_view fields;
};

constexpr Row kRows[] = {
    {"ObjectMeta",
     "1:name:s 2:generateName:s 3:namespace:s 5:uid:s 6:resourceVersion:s 7:generation:i "
     "8:creationTimestamp:t 9:deletionTimestamp:t* 10:deletionGracePeriodSeconds:i* 11:labels:{}s "
     "12:annotations:{}s 13:ownerReferences:[]OwnerReference 14:finalizers:[]s"},
    {"OwnerReference",
     "1:kind:s 3:name:s 4:uid:s 5:apiVersion:s 6:controller:b* 7:blockOwnerDeletion:b*"},
    {"ObjectReference",
     "1:kind:s 2:namespace:s 3:name:s 4:uid:s 5:apiVersion:s 6:resourceVersion:s 7:fieldPath:s"},
    {"LocalObjectReference", "1:name:s"},
    {"ConfigMap", "1:metadata:ObjectMeta 2:data:{}s 3:binaryData:{}y 4:immutable:b*"},
    {"Secret", "1:metadata:ObjectMeta 2:data:{}y 3:type:s 4:stringData:{}s 5:immutable:b*"},
    {"Namespace", "1:metadata:ObjectMeta 2:spec:NamespaceSpec"},
    {"NamespaceSpec", "1:finalizers:[]s"},
    {"ServiceAccount",
     "1:metadata:ObjectMeta 2:secrets:[]ObjectReference 3:imagePullSecrets:[]LocalObjectReference "
     "4:automountServiceAccountToken:b*"},
    {"Event",
     "1:metadata:ObjectMeta 2:involvedObject:ObjectReference 3:reason:s 4:message:s "
     "5:source:EventSource 6:firstTimestamp:t 7:lastTimestamp:t 8:count:i 9:type:s 10:eventTime:m "
     "11:series:EventSeries* 12:action:s 13:related:ObjectReference* 14:reportingComponent:s "
     "15:reportingInstance:s"},
    {"EventSource", "1:component:s 2:host:s"},
    {"EventSeries", "1:count:i 2:lastObservedTime:m"},
    {"Lease", "1:metadata:ObjectMeta 2:spec:LeaseSpec"},
    {"LeaseSpec",
     "1:holderIdentity:s* 2:leaseDurationSeconds:i* 3:acquireTime:m* 4:renewTime:m* "
     "5:leaseTransitions:i*"},
    {"Role", "1:metadata:ObjectMeta 2:rules:[]PolicyRule"},
    {"ClusterRole", "1:metadata:ObjectMeta 2:rules:[]PolicyRule"},
    {"PolicyRule",
     "1:verbs:[]s 2:apiGroups:[]s 3:resources:[]s 4:resourceNames:[]s "
     "5:nonResourceURLs:[]s"},
    {"RoleBinding", "1:metadata:ObjectMeta 2:subjects:[]Subject 3:roleRef:RoleRef"},
    {"ClusterRoleBinding", "1:metadata:ObjectMeta 2:subjects:[]Subject 3:roleRef:RoleRef"},
    {"Subject", "1:kind:s 2:apiGroup:s 3:name:s 4:namespace:s"},
    {"RoleRef", "1:apiGroup:s 2:kind:s 3:name:s"},
    {"SelfSubjectAccessReview", "1:metadata:ObjectMeta 2:spec:SelfSubjectAccessReviewSpec"},
    {"SelfSubjectAccessReviewSpec",
     "1:resourceAttributes:ResourceAttributes* 2:nonResourceAttributes:NonResourceAttributes*"},
    {"ResourceAttributes",
     "1:namespace:s 2:verb:s 3:group:s 4:version:s 5:resource:s 6:subresource:s 7:name:s"},
    {"NonResourceAttributes", "1:path:s 2:verb:s"},
    {"SelfSubjectRulesReview", "1:metadata:ObjectMeta 2:spec:SelfSubjectRulesReviewSpec"},
    {"SelfSubjectRulesReviewSpec", "1:namespace:s"},
    {"DeleteOptions",
     "1:gracePeriodSeconds:i* 2:preconditions:Preconditions* 3:orphanDependents:b* "
     "4:propagationPolicy:s* 5:dryRun:[]s"},
    {"Preconditions", "1:uid:s* 2:resourceVersion:s*"},
};

struct Letter {
  std::string_view text;
  ProtobufKind kind;
};
constexpr std::array<Letter, 8> kLetters = {{{"s", ProtobufKind::text},
                                             {"y", ProtobufKind::bytes},
                                             {"i", ProtobufKind::number},
                                             {"b", ProtobufKind::boolean},
                                             {"t", ProtobufKind::time},
                                             {"m", ProtobufKind::micro_time},
                                             {"{}s", ProtobufKind::text_map},
                                             {"{}y", ProtobufKind::bytes_map}}};

[[nodiscard]] const Row* row_of(std::string_view message) {
  const auto* found = std::ranges::find(kRows, message, &Row::message);
  return found == std::end(kRows) ? nullptr : found;
}

[[nodiscard]] ProtobufField parse_field(std::string_view name, std::string_view type) {
  ProtobufField field;
  field.name = name;
  field.repeated = type.starts_with("[]");
  if (field.repeated) type.remove_prefix(2);
  field.optional = type.ends_with('*');
  if (field.optional) type.remove_suffix(1);
  const auto* letter = std::ranges::find(kLetters, type, &Letter::text);
  const bool is_message = letter == kLetters.end();
  field.kind = is_message ? ProtobufKind::message : letter->kind;
  if (is_message) field.message = type;
  return field;
}

}  // namespace

bool has_protobuf_message(std::string_view message) {
  return row_of(message) != nullptr;
}

std::optional<ProtobufField> protobuf_field(std::string_view message, unsigned number) {
  const Row* row = row_of(message);
  if (row == nullptr) return std::nullopt;
  for (const std::string_view entry : split(row->fields, ' ')) {
    const auto parts = split(entry, ':');
    unsigned own = 0;
    std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), own);
    if (own == number) return parse_field(parts[1], parts[2]);
  }
  return std::nullopt;
}

}  // namespace kaito::sandbox
