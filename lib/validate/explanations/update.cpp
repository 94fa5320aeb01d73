#include "validate/explanation.hpp"

namespace kaito::validate {

namespace {

constexpr Explanation kExplanations[] = {
    {"V097", "v0.3.0", "", Versions::both, "A stored Workspace stays what it is.",
     "Take another name, or delete the stored object first."},
    {"V098", "v0.3.0", "", Versions::both, "A stored Workspace stays what it is.",
     "Take another name, or delete the stored object first."},
    {"V099", "", "", Versions::both, "The nodes are made once.",
     "Take another name, or delete the stored object first."},
    {"V100", "v0.12.0", "", Versions::v1beta1, "The pods were made for that partition.",
     "Take another name, or delete the stored object first."},
    {"V101", "", "", Versions::both,
     "The nodes are made once. From v0.8.1 on v1beta1 has V102 to V105 instead.",
     "Take another name, or delete the stored object first."},
    {"V102", "v0.8.1", "", Versions::v1beta1, "The Workspace runs on nodes that were there.",
     "Take another name, or delete the stored object first."},
    {"V103", "v0.8.1", "", Versions::v1beta1, "The type may be removed, not changed.",
     "Remove it, or keep it."},
    {"V104", "v0.8.1", "", Versions::v1beta1, "The operator creates nodes of that type.",
     "Keep the instance type."},
    {"V105", "v0.8.1", "", Versions::v1beta1,
     "The nodes are made once. Another letter case is another type.",
     "Take another name, or delete the stored object first."},
    {"V106", "", "", Versions::both,
     "The operator compares selectors as key = value pairs, and cannot with such a one on either "
     "side.",
     "Take another name, or delete the stored object first."},
    {"V107", "", "", Versions::both, "The nodes carry those labels.",
     "Take another name, or delete the stored object first."},
    {"V108", "", "", Versions::both,
     "The model is chosen once, with everything that stands in the preset: another Secret name, "
     "another letter case, an empty list count as changes.",
     "Take another name, or delete the stored object first."},
    {"V109", "", "", Versions::both, "A preset and a template make different pods.",
     "Take another name, or delete the stored object first."},
    {"V110", "", "", Versions::both, "The schema requires both (S03).",
     "Keep tuning.input and tuning.output."},
    {"V111", "v0.3.0", "", Versions::both, "The name stands in the Job.",
     "Take another name, or delete the stored object first."},
    {"V112", "v0.4.5", "", Versions::both, "The same as V086.",
     "Write REGISTRY/NAME:TAG in lower case."},
    {"V113", "v0.4.5", "", Versions::both, "The same as V088.",
     "Write REGISTRY/NAME:TAG in lower case."},
    {"V114", "v0.3.0", "", Versions::both, "The model is chosen once.",
     "Take another name, or delete the stored object first."},
    {"V115", "v0.3.0", "", Versions::both, "The method is chosen once.",
     "Take another name, or delete the stored object first."},
    {"V116", "v0.11.0", "", Versions::v1beta1,
     "Where the operator streams models, the choice is made once.",
     "Take another name, or delete the stored object first."},
    {"V121", "v0.11.0", "", Versions::both, "A window has to begin at some time.",
     "Write five fields of cron, in UTC."},
    {"V122", "v0.11.0", "", Versions::both,
     "The schedule is read as cron has it: minute, hour, day of month, month, day of week; Sunday "
     "is 0.",
     "Write five fields such as \"0 2 * * sat\"."},
    {"V123", "v0.11.0", "", Versions::both, "A window has to last.",
     "Write a duration such as 4h."},
    {"V124", "v0.12.0", "", Versions::v1beta1,
     "The Workspaces of the set were made for that partition.", "Make another InferenceSet."},
    {"V125", "v0.12.0", "", Versions::v1beta1,
     "The Workspace that the set would make is judged by all rules of a Workspace; findings carry "
     "those rules' codes, at the place in the template.",
     "See the rule whose code is given."},
};

}  // namespace

std::span<const Explanation> update_explanations() {
  return kExplanations;
}

}  // namespace kaito::validate
