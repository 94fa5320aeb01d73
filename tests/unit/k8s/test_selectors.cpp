#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "kaito/k8s/selector.hpp"

using namespace kaito;
using namespace kaito::k8s;
using std::string;
using Labels = std::map<std::string, std::string>;

TEST_CASE("label selectors choose as the API server does") {
  const Labels labels{{"app", "phi"}, {"tier", "gpu"}, {"n", "7"},
                      {"empty", ""},  {"word", "x7"},  {"kaito.sh/workspace", "w"}};
  struct Row {
    string selector;
    bool matches;
    string text;
  };
  for (const Row& row :
       std::vector<Row>{{"", true, ""},
                        {"  ", true, ""},
                        {"app=phi", true, "app=phi"},
                        {"app==phi", true, "app=phi"},
                        {" app  =  phi ", true, "app=phi"},
                        {"app=falcon", false, "app=falcon"},
                        {"missing=x", false, "missing=x"},
                        {"missing=", false, "missing="},
                        {"empty=", true, "empty="},
                        {"empty=,app=phi", true, "empty=,app=phi"},
                        {"app!=phi", false, "app!=phi"},
                        {"app!=falcon", true, "app!=falcon"},
                        {"missing!=x", true, "missing!=x"},
                        {"app in (phi)", true, "app in (phi)"},
                        {"app in(falcon,phi)", true, "app in (falcon,phi)"},
                        {"app in ( falcon , mistral )", false, "app in (falcon,mistral)"},
                        {"missing in (a)", false, "missing in (a)"},
                        {"empty in (,a)", true, "empty in (,a)"},
                        {"empty in ()", true, "empty in ()"},
                        {"app notin (falcon)", true, "app notin (falcon)"},
                        {"app notin (phi,falcon)", false, "app notin (phi,falcon)"},
                        {"missing notin (a)", true, "missing notin (a)"},
                        {"app", true, "app"},
                        {"missing", false, "missing"},
                        {"!missing", true, "!missing"},
                        {"! app", false, "!app"},
                        {"n>6", true, "n>6"},
                        {"n > 7", false, "n>7"},
                        {"n<8", true, "n<8"},
                        {"n<-1", false, "n<-1"},
                        {"word>1", false, "word>1"},
                        {"missing<1", false, "missing<1"},
                        {"kaito.sh/workspace=w,app,!x,tier in (gpu),n>1", true,
                         "kaito.sh/workspace=w,app,!x,tier in (gpu),n>1"},
                        {"app=phi,tier=cpu", false, "app=phi,tier=cpu"},
                        {"in in (in)", false, "in in (in)"},
                        {"notin,in", false, "notin,in"}}) {
    CAPTURE(row.selector);
    const auto selector = LabelSelector::parse(row.selector);
    REQUIRE(selector);
    CHECK(selector->matches(labels) == row.matches);
    CHECK(selector->text() == row.text);
    CHECK(selector->empty() == row.text.empty());
    // The text form means the same.
    CHECK(LabelSelector::parse(selector->text()).value().matches(labels) == row.matches);
  }
}

TEST_CASE("a label selector that is none is refused at its place") {
  struct Row {
    string selector;
    string problem;
  };
  for (const Row& row : std::vector<Row>{
           {",", "at position 1: a label key is expected, found \",\""},
           {"a,", "at position 3: a label key is expected, found the end"},
           {"a,,b", "at position 3: a label key is expected, found \",\""},
           {"=a", "at position 1: a label key is expected, found \"=\""},
           {"!", "at position 2: a label key is expected, found the end"},
           {"!a=b", "at position 3: \",\" or the end is expected, found \"=\""},
           {"a b",
            "at position 3: one of = == != in notin > < is expected after the key, found "
            "\"b\""},
           {"a=b c", "at position 5: \",\" or the end is expected, found \"c\""},
           {"a=b=c", "at position 4: \",\" or the end is expected, found \"=\""},
           {"a=(b)", "at position 3: a value is expected, found \"(\""},
           {"a in", "at position 5: \"(\" is expected, found the end"},
           {"a in b", "at position 6: \"(\" is expected, found \"b\""},
           {"a in (b", "at position 8: \",\" or \")\" is expected, found the end"},
           {"a in (b c)", "at position 9: \",\" or \")\" is expected, found \"c\""},
           {"a in (b))", "at position 9: \",\" or the end is expected, found \")\""},
           {"a>b", "at position 3: an integer is expected after \">\", found \"b\""},
           {"a<", "at position 3: an integer is expected after \"<\", found the end"},
           {"a>99999999999999999999",
            "at position 3: an integer is expected after \">\", found \"99999999999999999999\""},
           {"-a", "at position 1: the key \"-a\" must start with a letter or a digit"},
           {"ok,a=b/c",
            "at position 6: the value \"b/c\" must consist of letters, digits, \"-\", \"_\" and "
            "\".\" (found \"/\")"}}) {
    CAPTURE(row.selector);
    const auto selector = LabelSelector::parse(row.selector);
    REQUIRE_FALSE(selector);
    CHECK(selector.error().code == ErrorCode::invalid);
    CHECK(selector.error().message == "label selector, " + row.problem);
  }
}

TEST_CASE("matchLabels become a selector") {
  const auto selector = LabelSelector::equals({{"b", "2"}, {"a", "1"}});
  CHECK(selector.text() == "a=1,b=2");
  CHECK(selector.matches({{"a", "1"}, {"b", "2"}, {"c", "3"}}));
  CHECK_FALSE(selector.matches({{"a", "1"}}));
  CHECK(LabelSelector::equals({}).empty());
}

TEST_CASE("field selectors") {
  struct Row {
    string selector;
    string parts;  ///< FIELD is|not VALUE; ...
  };
  for (const Row& row : std::vector<Row>{{"", ""},
                                         {"metadata.name=phi", "metadata.name is phi; "},
                                         {"metadata.name==phi", "metadata.name is phi; "},
                                         {"status.phase!=Running,spec.nodeName=",
                                          "status.phase not Running; spec.nodeName is ; "},
                                         {"a=1,,b=2,", "a is 1; b is 2; "},
                                         {"a=x\\,y\\=z\\\\", "a is x,y=z\\; "},
                                         {"a=b!c", "a is b!c; "}}) {
    CAPTURE(row.selector);
    const auto selector = FieldSelector::parse(row.selector);
    REQUIRE(selector);
    string parts;
    for (const auto& part : selector->parts)
      parts += part.field + (part.negated ? " not " : " is ") + part.value + "; ";
    CHECK(parts == row.parts);
  }
  struct Bad {
    string selector;
    string problem;
  };
  for (const Bad& row : std::vector<Bad>{
           {"abc", "at position 1: \"abc\" is not FIELD=VALUE, FIELD==VALUE or FIELD!=VALUE"},
           {"a=1,b", "at position 5: \"b\" is not FIELD=VALUE, FIELD==VALUE or FIELD!=VALUE"},
           {"=x", "at position 1: the name of a field is expected"},
           {"!=x", "at position 1: the name of a field is expected"},
           {"a=b=c", "at position 4: \"=\" in a value is written \"\\=\""},
           {"a=\\n", "at position 3: a backslash stands before \",\", \"=\" or \"\\\" only"},
           {"a=b\\", "at position 4: a backslash stands before \",\", \"=\" or \"\\\" only"}}) {
    CAPTURE(row.selector);
    const auto selector = FieldSelector::parse(row.selector);
    REQUIRE_FALSE(selector);
    CHECK(selector.error().code == ErrorCode::invalid);
    CHECK(selector.error().message == "field selector, " + row.problem);
  }
}
