// Paths as the API server writes them, followed through an object.
#include "ops/managed_path.hpp"

#include "cluster.hpp"

namespace kaito::ops::test {
namespace {

TEST_CASE("paths of managed fields") {
  const auto object = yaml(R"(metadata:
  labels: {team: red, a: {b: 0}, a.b: 1, a.b/c: 2}
  finalizers: [x, 'y]']
list: [{name: c, image: i, k: 1}, {name: 'd"]', port: 80, protocol: TCP, image: j}]
nothing: null
)");
  struct {
    std::string text;
    std::string path;
    std::string value;  ///< "" = not there
  } const cases[] = {
      {".metadata.labels.team", "metadata.labels.team", R"("red")"},
      {"metadata.labels.team", "metadata.labels.team", R"("red")"},
      {".metadata.labels.a.b/c", R"(metadata.labels["a.b/c"])", "2"},
      {".metadata.labels.a.b", R"(metadata.labels["a.b"])", "1"},
      {".metadata.labels.te", "metadata.labels", ""},
      {".metadata.labels.team.x", "metadata.labels.team", ""},
      {R"(.metadata.finalizers[="x"])", "metadata.finalizers[0]", R"("x")"},
      {R"(.metadata.finalizers[="y]"])", "metadata.finalizers[1]", R"("y]")"},
      {R"(.metadata.finalizers[="z"])", "metadata.finalizers", ""},
      {".list[0].image", "list[0].image", R"("i")"},
      {".list[2].image", "list", ""},
      {R"(.list[name="c"].image)", "list[0].image", R"("i")"},
      {R"(.list[name="d\"]"].image)", "list[1].image", R"("j")"},
      {R"(.list[port=80,protocol="TCP"].image)", "list[1].image", R"("j")"},
      {R"(.list[port=80,protocol="UDP"].image)", "list", ""},
      {R"(.list[name=])", "list", ""},
      {".list[name", "list", ""},
      {".list[]", "list", ""},
      {".metadata[0]", "metadata", ""},
      {".nothing", "nothing", "null"},
      {".list[0]", "list[0]", R"({"name":"c","image":"i","k":1})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto field = follow_path(object, c.text);
    CHECK(field.path.text() == c.path);
    CHECK((field.value == nullptr ? "" : json::write(*field.value)) == c.value);
  }
}

}  // namespace
}  // namespace kaito::ops::test
