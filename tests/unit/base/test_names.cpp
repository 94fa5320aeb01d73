#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kaito/base/text.hpp"

using namespace kaito;
using std::string;

namespace {
struct Row {
  string name;
  string problem;
};
}  // namespace

TEST_CASE("labels of DNS: names of services and namespaces") {
  for (const Row& row : std::vector<Row>{
           {"workspace-phi-3", ""},
           {"0", ""},
           {string(63, 'a'), ""},
           {string(64, 'a'), "must be no more than 63 characters long (it has 64)"},
           {"", "must not be empty"},
           {"Phi", "must consist of lower-case letters, digits and \"-\" (found \"P\")"},
           {"a.b", "must consist of lower-case letters, digits and \"-\" (found \".\")"},
           {"gr\xc3\xbc",
            "must consist of lower-case letters, digits and \"-\" (found \"\xc3\xbc\")"},
           {"a\x1b", "must consist of lower-case letters, digits and \"-\" (found \"\\x1b\")"},
           {"-a", "must start with a lower-case letter or a digit"},
           {"a-", "must end with a lower-case letter or a digit"}}) {
    CAPTURE(row.name);
    CHECK(dns_label_problem(row.name) == row.problem);
  }
}

TEST_CASE("subdomains of DNS: names of most objects") {
  for (const Row& row : std::vector<Row>{
           {"workspaces.kaito.sh", ""},
           {string(253, 'a'), ""},
           {string(254, 'a'), "must be no more than 253 characters long (it has 254)"},
           {"", "must not be empty"},
           {"a_b", "must consist of lower-case letters, digits, \"-\" and \".\" (found \"_\")"},
           {".a", "must start with a lower-case letter or a digit"},
           {"a.", "must end with a lower-case letter or a digit"},
           {"a..b", "must not have two dots in a row"},
           {"a-.b", "must have a lower-case letter or a digit on both sides of every dot"},
           {"a.-b", "must have a lower-case letter or a digit on both sides of every dot"}}) {
    CAPTURE(row.name);
    CHECK(dns_subdomain_problem(row.name) == row.problem);
  }
}

TEST_CASE("keys of labels and annotations") {
  for (const Row& row : std::vector<Row>{
           {"app", ""},
           {"kaito.sh/Node_Class.v1", ""},
           {string(63, 'A'), ""},
           {"x.y/" + string(63, 'a'), ""},
           {"", "must not be empty"},
           {"a/", "must have a name after the \"/\""},
           {"/a", "has a part before the \"/\" that must not be empty"},
           {"a/b/c", "must have no more than one \"/\""},
           {"Kaito.sh/a",
            "has a part before the \"/\" that must consist of lower-case letters, digits, \"-\" "
            "and "
            "\".\" (found \"K\")"},
           {"x/" + string(64, 'a'),
            "has a part after the \"/\" that must be no more than 63 characters long (it has 64)"},
           {string(64, 'a'), "must be no more than 63 characters long (it has 64)"},
           {"a b", "must consist of letters, digits, \"-\", \"_\" and \".\" (found \" \")"},
           {"_a", "must start with a letter or a digit"},
           {"a.", "must end with a letter or a digit"}}) {
    CAPTURE(row.name);
    CHECK(label_key_problem(row.name) == row.problem);
  }
}

TEST_CASE("values of labels") {
  for (const Row& row : std::vector<Row>{
           {"", ""},
           {"Standard_NC24ads_A100_v4", ""},
           {string(63, 'a'), ""},
           {string(64, 'a'), "must be no more than 63 characters long (it has 64)"},
           {"a/b", "must consist of letters, digits, \"-\", \"_\" and \".\" (found \"/\")"},
           {"-a", "must start with a letter or a digit"},
           {"a-", "must end with a letter or a digit"}}) {
    CAPTURE(row.name);
    CHECK(label_value_problem(row.name) == row.problem);
  }
}
