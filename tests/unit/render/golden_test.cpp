// Every folder of tests/golden/render, and upstream's own examples.
#include <doctest/doctest.h>

#include "cases.hpp"
#include "support/repository.hpp"

namespace kaito::render::test {
namespace {

TEST_CASE("each golden case renders to its expected objects, the same each time") {
  std::size_t seen = 0;
  for (const Case& one : cases()) {
    CAPTURE(one.name);
    const auto documents = load(one.folder / "workspace.yaml");
    const auto input = input_of(load(one.folder / "input.yaml"));
    const std::string text = text_of(render_documents(documents, input));
    check_golden(one.folder / "expected.yaml", text);
    CHECK(text_of(render_documents(documents, input)) == text);
    ++seen;
  }
  CHECK(seen > 0);
}

}  // namespace
}  // namespace kaito::render::test
