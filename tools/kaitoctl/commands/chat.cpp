#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/chat_flags.hpp"
#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/ops/serving.hpp"
#include "output/format.hpp"
#include "ui/conversation.hpp"
#include "ui/reply_printer.hpp"

namespace kaitoctl::commands {

namespace {

void print_report(Context& context, const kaito::chat::Reply& reply) {
  boost::json::object report{{"apiVersion", "kaitoctl.dev/v1"}, {"kind", "ChatReply"}};
  report["model"] = reply.model;
  report["text"] = reply.text;
  if (!reply.reasoning.empty()) report["reasoning"] = reply.reasoning;
  if (!reply.finish_reason.empty()) report["finishReason"] = reply.finish_reason;
  if (reply.usage) {
    boost::json::object usage;
    usage["promptTokens"] = reply.usage->prompt_tokens;
    usage["completionTokens"] = reply.usage->completion_tokens;
    report["usage"] = std::move(usage);
  }
  context.out() << format_value(report, OutputFormat::json);
}

kaito::Result<int> one_reply(Context& context, kaito::chat::ChatClient& client,
                             const kaito::chat::ChatRequest& request, const ChatFlags& flags,
                             std::chrono::nanoseconds timeout) {
  ReplyPrinter printer(context);
  const auto limits = context.limits_until(kaito::Deadline::after(timeout));
  const bool json = flags.output == "json";
  auto reply = client.complete(
      request, json ? kaito::chat::Sink{[](std::string_view) {}, {}} : printer.sink(), limits);
  if (!json) printer.finish();
  if (!reply) return kaito::fail(std::move(reply.error()));
  if (json) print_report(context, *reply);
  if (flags.stats) printer.print_stats(*reply);
  return exit_done;
}

kaito::Result<int> chat(Context& context, const ChatFlags& flags) {
  if (flags.name.empty())
    return kaito::fail(kaito::ErrorCode::usage, "chat needs the name of a workspace",
                       "kaitoctl status lists them");
  if (!flags.output.empty() && flags.output != "json")
    return kaito::fail(kaito::ErrorCode::usage,
                       "chat has no output format \"" + flags.output + "\"", "-o takes json");
  KAITO_TRY(const auto named, parse_object_name(flags.name));
  KAITO_TRY(const auto timeout, parse_duration_flag("--timeout", flags.timeout));
  KAITO_TRY(auto request, chat_request(context, flags));
  KAITO_TRY(const auto prompt, gather_prompt(context, flags));
  const auto& environment = context.environment();
  const bool conversation = prompt.empty() && environment.in_is_terminal &&
                            environment.out_is_terminal && !context.flags().no_input;
  if (prompt.empty() && !conversation) {
    return kaito::fail(
        kaito::ErrorCode::usage, "there is no prompt",
        "give it as words, with -f, or on stdin: echo hi | kaitoctl chat " + flags.name);
  }

  KAITO_TRY(auto* client, context.client());
  KAITO_TRY(const auto limits, context.limits());
  KAITO_TRY(const auto workspace,
            kaito::ops::serving_workspace(*client, context.namespace_(), named.name,
                                          named.inference_set, limits));
  KAITO_TRY(auto transport, kaito::ops::serving_transport(*client, context.namespace_(), workspace,
                                                          context.event_sink()));
  kaito::chat::ChatClient partner(*transport);
  kaito::Result<int> code = exit_done;
  if (conversation) {
    Conversation talk(context, partner, std::move(request), timeout, flags.stats);
    if (auto ended = talk.run(flags.name); !ended) code = kaito::fail(std::move(ended.error()));
  } else {
    request.messages.push_back({"user", prompt});
    code = one_reply(context, partner, request, flags, timeout);
  }
  if (code) return code;
  KAITO_TRY(const auto again, context.limits());
  return kaito::fail(kaito::ops::explain_not_serving(*client, context.namespace_(), workspace,
                                                     std::move(code.error()), again));
}

}  // namespace

void add_chat(CommandLine& root, Context& context) {
  auto flags = std::make_shared<ChatFlags>();
  auto command = root.command("chat", "Talk to the model of a workspace");
  add_chat_flags(command, *flags);
  command.run([&context, flags] { return context.exit_code_of(chat(context, *flags)); });
}

}  // namespace kaitoctl::commands
