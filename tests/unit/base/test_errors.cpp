#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "kaito/base/error.hpp"
#include "kaito/base/field_path.hpp"
#include "kaito/base/result.hpp"
#include "kaito/base/source_place.hpp"
#include "kaito/base/version.hpp"

using namespace kaito;
using std::string;

namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorCode::invalid, std::to_string(number) + " is odd", "add 1");
  return number / 2;
}

Result<int> quarter(int number) {
  KAITO_TRY(const int once, half(number));
  KAITO_TRY(const int twice, half(once));
  return twice;
}

Result<void> check_quarter(int number) {
  KAITO_CHECK(quarter(number).map([](int) {}));
  return {};
}

}  // namespace

TEST_CASE("a failure travels up as a value") {
  CHECK(quarter(8).value() == 2);
  CHECK(check_quarter(8));
  const auto failed = check_quarter(6);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "3 is odd");
  CHECK(failed.error().hint == "add 1");
}

TEST_CASE("context is told from the outside in, and the inner hint wins") {
  Error error{ErrorCode::parse, "unexpected end", {}, "", nullptr};
  error =
      std::move(error).in("line 3").in("reading workspace.yaml").hinted("first").hinted("second");
  CHECK(error.describe() == "reading workspace.yaml: line 3: unexpected end");
  CHECK(error.hint == "first");
  CHECK(Error{ErrorCode::failed, "alone", {}, "", nullptr}.describe() == "alone");
}

TEST_CASE("every code has a name of its own") {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code)
    names.insert(to_string(static_cast<ErrorCode>(code)));
  CHECK(names.size() == static_cast<std::size_t>(ErrorCode::internal) + 1);
  CHECK(to_string(ErrorCode::not_found) == "not_found");
  CHECK(to_string(ErrorCode::usage) == "usage");
}

TEST_CASE("field paths read as Kubernetes prints them") {
  const FieldPath adapters = FieldPath("inference").key("adapters");
  CHECK(FieldPath().text().empty());
  CHECK(FieldPath().empty());
  CHECK(adapters.index(0).key("source").key("name").text() == "inference.adapters[0].source.name");
  CHECK(adapters.text() == "inference.adapters");
  CHECK(FieldPath("metadata").key("annotations").key("kaito.sh/runtime").text() ==
        "metadata.annotations[\"kaito.sh/runtime\"]");
  CHECK(FieldPath("a").key("say \"hi\\\"").text() == "a[\"say \\\"hi\\\\\\\"\"]");
  CHECK(FieldPath("a").key("").text() == "a[\"\"]");
  CHECK(FieldPath().index(2).key("x").text() == "[2].x");
  CHECK(FieldPath("a").index(1) == FieldPath("a").index(1));
  CHECK_FALSE(FieldPath("a").index(1) == FieldPath("a").key("1"));
}

TEST_CASE("places leave out what is not known") {
  CHECK(SourcePlace{"ws.yaml", 12, 3}.text() == "ws.yaml:12:3");
  CHECK(SourcePlace{"ws.yaml", 12, 0}.text() == "ws.yaml:12");
  CHECK(SourcePlace{"-", 0, 0}.text() == "-");
  CHECK(SourcePlace{"ws.yaml", 0, 7}.text() == "ws.yaml");
  CHECK(SourcePlace{"", 2, 1}.text() == "2:1");
}

TEST_CASE("the version is three numbers, the KAITO release has a v") {
  const string text(version());
  CHECK(text.find_first_not_of("0123456789.") == string::npos);
  CHECK(std::count(text.begin(), text.end(), '.') == 2);
  CHECK(kaito_release().substr(0, 1) == "v");
}
