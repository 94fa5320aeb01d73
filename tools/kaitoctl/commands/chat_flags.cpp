#include "commands/chat_flags.hpp"

#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaitoctl::commands {

using kaito::ErrorCode;

void add_chat_flags(CommandLine& command, ChatFlags& flags) {
  command.positional("NAME", flags.name, "Workspace, or inferenceset/NAME")
      .positionals("PROMPT", flags.prompt,
                   "What to say; without it and with a terminal: a conversation")
      .texts("-f,--file", flags.files, "Put this file's text into the prompt; repeatable", "FILE")
      .text("--system", flags.system, "System prompt", "TEXT")
      .text("--model", flags.model, "Model or adapter, as the server names it", "NAME")
      .real("--temperature", flags.temperature, "Sampling temperature")
      .real("--top-p", flags.top_p, "Nucleus sampling")
      .integer("--max-tokens", flags.max_tokens, "Longest reply")
      .text("--json-schema", flags.json_schema, "Make the reply JSON of this schema", "FILE")
      .flag("--no-stream", flags.no_stream, "Ask for the reply in one piece")
      .flag("--stats", flags.stats, "Say tokens and times on stderr")
      .text("--timeout", flags.timeout, "How long one reply may take", "DURATION")
      .text("-o,--output", flags.output, "json", "FORMAT")
      .footer(
          "Examples:\n"
          "  kaitoctl chat workspace-phi-3-mini\n"
          "  kaitoctl chat workspace-phi-3-mini \"What is a NodeClaim?\"\n"
          "  git diff | kaitoctl chat workspace-phi-3-mini Review this change");
}

kaito::Result<kaito::chat::ChatRequest> chat_request(Context& context, const ChatFlags& flags) {
  kaito::chat::ChatRequest request;
  request.model = flags.model;
  request.stream = !flags.no_stream;
  request.sampling.temperature = flags.temperature;
  request.sampling.top_p = flags.top_p;
  request.sampling.max_tokens = flags.max_tokens;
  if (flags.max_tokens && *flags.max_tokens <= 0)
    return kaito::fail(ErrorCode::usage, "--max-tokens must be at least 1");
  if (!flags.json_schema.empty()) {
    KAITO_TRY(const auto text, context.read_input(flags.json_schema));
    auto schema = kaito::json::parse(text);
    if (!schema) return kaito::fail(std::move(schema.error()).in(flags.json_schema));
    request.sampling.json_schema = kaito::json::Document(std::move(*schema));
  }
  if (!flags.system.empty()) request.messages.push_back({"system", flags.system});
  return request;
}

kaito::Result<std::string> gather_prompt(Context& context, const ChatFlags& flags) {
  std::vector<std::string> parts;
  if (!flags.prompt.empty()) parts.push_back(kaito::join(flags.prompt, " "));
  bool stdin_taken = flags.json_schema == "-";
  for (const auto& file : flags.files) {
    stdin_taken = stdin_taken || file == "-";
    KAITO_TRY(auto text, context.read_input(file));
    parts.push_back(std::move(text));
  }
  if (!stdin_taken && !context.environment().in_is_terminal) {
    KAITO_TRY(auto text, context.read_input("-"));
    if (!kaito::trim(text).empty()) parts.push_back(std::move(text));
  }
  for (auto& part : parts) {
    if (!kaito::is_valid_utf8(part))
      return kaito::fail(ErrorCode::parse, "the prompt is not UTF-8 text");
    part = std::string(kaito::trim(part));
  }
  return kaito::join(parts, "\n\n");
}

}  // namespace kaitoctl::commands
