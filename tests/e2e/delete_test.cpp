// delete: asked for, waited for, held back.
#include <doctest/doctest.h>

#include "contains.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

TEST_CASE("deleted, once that is agreed to") {
  const Scene scene;
  scene.create_workspace("ws");
  scene.patch_status(scene.workspace_ref("ws"), "workerNodes: [aks-1]");
  const auto asked = scene.run({"delete", "ws"});
  CHECK(asked.exit_code == 2);
  CHECK(asked.out == "");
  CHECK(asked.err == Contains("--yes"));
  CHECK(scene.exists(scene.workspace_ref("ws")));

  const auto outcome = scene.run({"delete", "ws", "-y"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "workspace.kaito.sh/ws deleted\n");
  CHECK(outcome.err == Contains("node aks-1 and its claim"));
  CHECK_FALSE(scene.exists(scene.workspace_ref("ws")));
}

TEST_CASE("--dry-run deletes nothing") {
  const Scene scene;
  scene.create_workspace("ws");
  for (const std::string where : {"client", "server"}) {
    CAPTURE(where);
    const auto outcome = scene.run({"delete", "ws", "-y", "--dry-run=" + where});
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out == Contains("dry run"));
    CHECK(scene.exists(scene.workspace_ref("ws")));
  }
}

TEST_CASE("--wait returns when the operator has let go") {
  const Scene scene;
  scene.create_workspace("ws");
  const auto ref = scene.workspace_ref("ws");
  scene.patch(ref, "metadata: {finalizers: [workspace.finalizer.kaito.sh]}");

  const auto at_once = scene.run({"delete", "ws", "-y"});
  CHECK(at_once.exit_code == 0);
  CHECK(at_once.out == "workspace.kaito.sh/ws is being deleted\n");

  const auto late = scene.run({"delete", "ws", "-y", "--wait", "--timeout", "2s"});
  INFO(late.err);
  CHECK(late.exit_code == 124);
  CHECK(late.err == Contains("finalizer workspace.finalizer.kaito.sh"));
  CHECK(scene.exists(ref));

  const auto deleting = scene.start({"delete", "ws", "-y", "--wait"});
  REQUIRE(deleting->says("waiting for finalizer workspace.finalizer.kaito.sh"));
  scene.patch(ref, "metadata: {finalizers: null}");
  const auto outcome = deleting->finish();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "workspace.kaito.sh/ws deleted\n");
  CHECK_FALSE(scene.exists(ref));
}

TEST_CASE("nothing goes when one of the names is not there") {
  const Scene scene;
  scene.create_workspace("ws");
  const auto outcome = scene.run({"delete", "ws", "nobody", "-y"});
  CHECK(outcome.exit_code == 5);
  CHECK(outcome.out == "");
  CHECK(outcome.err == Contains("\"nobody\""));
  CHECK(scene.exists(scene.workspace_ref("ws")));
}

}  // namespace
}  // namespace kaito::e2e
