// ask WORKSPACE QUESTION: one reply of the model, as it streams.
#include <kaito/chat/chat.hpp>
#include <kaito/net/client.hpp>

#include <iostream>

#include "cluster.hpp"

namespace {

kaito::Result<void> ask(std::string_view workspace, const std::string& question) {
  KAITO_TRY(const auto client, connect());
  KAITO_TRY(const auto transport,
            client->service_transport(client->config().namespace_, workspace, 80));
  kaito::chat::ChatClient model(*transport);
  kaito::chat::ChatRequest request;
  request.messages.push_back({"user", question});
  const kaito::CallLimits limits{kaito::Deadline::after(std::chrono::minutes(5)), {}};
  const kaito::chat::Sink print{[](std::string_view piece) { std::cout << piece << std::flush; },
                                {}};
  KAITO_TRY(const auto reply, model.complete(request, print, limits));
  std::cout << '\n' << reply.text.size() << " bytes\n";
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: ask WORKSPACE QUESTION\n";
    return 2;
  }
  const auto done = ask(argv[1], argv[2]);
  if (done) return 0;
  std::cerr << done.error().describe() << '\n' << done.error().hint << '\n';
  return 1;
}
