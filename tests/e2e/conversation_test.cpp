// chat without a prompt, at a terminal.
#include <doctest/doctest.h>

#include "model_stub.hpp"
#include "scene.hpp"
#include "terminal.hpp"

namespace kaito::e2e {
namespace {

TEST_CASE("a conversation: replies, a stopped one, commands, the end") {
  const Scene scene;
  ModelStub stub(ModelStub::Speaks::openai);
  scene.create_workspace("ws");
  make_ready(scene, "ws");
  serve_at(scene, "ws", stub.port());

  const auto terminal = scene.at_terminal({"chat", "ws"});
  REQUIRE(terminal->shows("Talking to ws"));
  REQUIRE(terminal->shows(">>> "));

  // The first piece comes, the rest is held back: Ctrl-C stops the reply and not the conversation.
  terminal->type("hi\n");
  REQUIRE(terminal->shows("Hello"));
  terminal->type("\x03");
  REQUIRE(terminal->shows("(stopped)"));
  REQUIRE(terminal->shows(">>> "));

  stub.let_go();
  terminal->type("again\n");
  REQUIRE(terminal->shows("Hello, you said: again"));
  REQUIRE(terminal->shows(">>> "));

  terminal->type("/set temperature warm\n");
  REQUIRE(terminal->shows("for example: /set temperature 0.2"));
  terminal->type("/nonsense\n");
  REQUIRE(terminal->shows("There is no /nonsense"));
  terminal->type("/help\n");
  REQUIRE(terminal->shows("/quit"));
  REQUIRE(terminal->shows(">>> "));
  // Ctrl-C at the prompt gives up the line only.
  terminal->type("half a li\x03");
  REQUIRE(terminal->shows("Ctrl-D or /quit ends."));

  const auto file = scene.write("talk.json", "");
  terminal->type("/save " + file + "\n");
  REQUIRE(terminal->shows("Saved in "));
  terminal->type("/clear\n/load " + file + "\n");
  REQUIRE(terminal->shows("Going on after 4 messages."));

  terminal->type("\"\"\"one\n");
  REQUIRE(terminal->shows("... "));
  terminal->type("two\"\"\"\n");
  REQUIRE(terminal->shows("Hello, you said: one"));
  REQUIRE(terminal->shows("two"));
  REQUIRE(terminal->shows(">>> "));
  terminal->type("/quit\n");
  CHECK(terminal->finish() == 0);
}

TEST_CASE("Ctrl-D ends a conversation") {
  const Scene scene;
  ModelStub stub(ModelStub::Speaks::openai);
  stub.let_go();
  scene.create_workspace("ws");
  make_ready(scene, "ws");
  serve_at(scene, "ws", stub.port());
  const auto terminal = scene.at_terminal({"chat", "ws"});
  REQUIRE(terminal->shows(">>> "));
  terminal->type("\x04");
  CHECK(terminal->finish() == 0);
}

}  // namespace
}  // namespace kaito::e2e
