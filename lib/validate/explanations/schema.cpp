#include "validate/explanation.hpp"

namespace kaito::validate {

namespace {

constexpr Explanation kExplanations[] = {
    {"S01", "", "", Versions::both,
     "The label selector says which nodes are the Workspace's; the API server refuses a resource "
     "without one, and an expression without key and operator.",
     "Write resource.labelSelector.matchLabels with a label of your own, such as apps: NAME."},
    {"S02", "", "", Versions::both, "A preset without a name names no model.",
     "Write preset.name; kaitoctl models list shows the names."},
    {"S03", "v0.3.0", "", Versions::both,
     "Tuning needs to know where its data comes from and where its result goes.",
     "Write tuning.input and tuning.output."},
    {"S04", "", "", Versions::both, "accessMode is one of two words.",
     "Write public or private, or leave it out."},
    {"S05", "v0.12.0", "", Versions::both,
     "A partition is either a MIG slice or whole GPUs of a node; the word says which.",
     "Write mode: mig with a profile, or mode: accelerator with a count."},
    {"S06", "v0.12.0", "", Versions::both, "Nobody can be given less than one GPU.",
     "Write a count of 1 or more."},
    {"S07", "", "", Versions::both,
     "The API server refuses a value of another type than the field has: a number where a text "
     "belongs is the usual one, since YAML takes 1.5 or true for more than text.",
     "Quote texts that look like numbers, and take the quotes from numbers."},
    {"S08", "", "", Versions::both, "Unknown fields are reported as V010.",
     "Spell the field as the API has it."},
    {"S09", "v0.8.0", "", Versions::both,
     "An InferenceSet makes Workspaces of its template, and cannot without these fields.",
     "Add the field."},
    {"S10", "", "", Versions::both, "The API server takes DNS names only for objects.",
     "Use lower-case letters, digits, dashes and dots."},
    {"V010", "", "", Versions::both,
     "The API server drops a field that it does not know, or refuses the object when asked to be "
     "strict, as kubectl asks; inside pod templates the webhook refuses it. Most are spelling "
     "mistakes, so that what was meant has no effect.",
     "Spell the field as the API has it, or remove it."},
    {"V001", "v0.4.0", "", Versions::both,
     "The name becomes the name of Services and the value of labels, which are DNS labels: no "
     "dots, no capitals, at most 63 characters.",
     "Use lower-case letters, digits and dashes."},
    {"V117", "v0.8.0", "", Versions::both,
     "The name becomes part of the names of Workspaces and Services, which are DNS labels.",
     "Use lower-case letters, digits and dashes."},
    {"V118", "v0.11.0", "", Versions::both, "There is no less than nothing.",
     "Write 0 (scaled to nothing) or more."},
};

}  // namespace

std::span<const Explanation> schema_explanations() {
  return kExplanations;
}

}  // namespace kaito::validate
