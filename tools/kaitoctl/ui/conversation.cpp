#include "ui/conversation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <fstream>
#include <iostream>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "ui/reply_printer.hpp"

namespace kaitoctl {

namespace {

constexpr std::string_view help_text =
    "/clear             forget what was said\n"
    "/system TEXT       set the system prompt (without TEXT: remove it)\n"
    "/model [NAME]      show the models, or speak to this one\n"
    "/set KEY VALUE     temperature, top-p, max-tokens (- resets)\n"
    "/save FILE         write the conversation as JSON\n"
    "/load FILE         go on with a saved one\n"
    "/quit              end (Ctrl-D too)\n"
    "\"\"\"                begin and end a text of several lines\n";

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Conversation::Conversation(Context& context, kaito::chat::ChatClient& client,
                           kaito::chat::ChatRequest request, std::chrono::nanoseconds reply_timeout,
                           bool stats)
    : context_(context),
      client_(client),
      request_(std::move(request)),
      reply_timeout_(reply_timeout),
      stats_(stats) {}

kaito::Result<void> Conversation::run(const std::string& name) {
  KAITO_TRY(const auto limits, context_.limits());
  KAITO_TRY(const auto dialect, client_.dialect(limits));
  KAITO_TRY(const auto models, client_.models(limits));
  std::string line = "Talking to " + name;
  if (!models.empty())
    line += " (" + (request_.model.empty() ? models.front().id : request_.model) + ")";
  static_cast<void>(dialect);
  context_.note(line + ". /help lists the commands, Ctrl-D ends.");
  for (;;) {
    std::string text;
    const auto ending = editor_.read(">>> ", text);
    if (ending == LineEditor::Ending::end_of_input) {
      context_.err() << '\n';
      return {};
    }
    if (ending == LineEditor::Ending::interrupted) {
      context_.note("\nCtrl-D or /quit ends.");
      continue;
    }
    if (take_line(text) == Next::quit) return {};
  }
}

Conversation::Next Conversation::take_line(const std::string& line) {
  std::string text(kaito::trim(line));
  if (text.empty()) return Next::go_on;
  if (text.front() == '/') return command(text);
  if (text.starts_with("\"\"\"") && !read_block(text)) return Next::go_on;
  request_.messages.push_back({"user", text});
  answer();
  return Next::go_on;
}

bool Conversation::read_block(std::string& text) {
  std::string block = text.substr(3);
  while (!block.ends_with("\"\"\"")) {
    std::string line;
    if (editor_.read("... ", line) != LineEditor::Ending::line) return false;
    block += "\n" + line;
  }
  block.resize(block.size() - 3);
  text = std::string(kaito::trim(block));
  return !text.empty();
}

void Conversation::answer() {
  context_.renew_interrupts();
  ReplyPrinter printer(context_);
  const auto limits = context_.limits_until(kaito::Deadline::after(reply_timeout_));
  auto reply = client_.complete(request_, printer.sink(), limits);
  printer.finish();
  if (reply) {
    request_.messages.push_back({"assistant", reply->text});
    if (stats_) printer.print_stats(*reply);
    return;
  }
  if (reply.error().code == kaito::ErrorCode::interrupted) {
    // What was said stays said, so that the next turn can refer to it.
    const auto* partial =
        dynamic_cast<const kaito::chat::PartialReply*>(reply.error().payload.get());
    if (partial != nullptr && !partial->text.empty())
      request_.messages.push_back({"assistant", partial->text});
    else
      request_.messages.pop_back();
    context_.note("(stopped)");
    context_.renew_interrupts();
    return;
  }
  request_.messages.pop_back();
  static_cast<void>(context_.report(reply.error()));
}

Conversation::Next Conversation::command(const std::string& line) {
  const auto blank = line.find(' ');
  const std::string word = line.substr(0, blank);
  const std::string rest(blank == std::string::npos ? "" : kaito::trim(line.substr(blank)));
  if (word == "/quit" || word == "/exit" || word == "/bye") return Next::quit;
  if (word == "/help" || word == "/?") {
    context_.err() << help_text;
  } else if (word == "/clear") {
    std::erase_if(request_.messages, [](const auto& message) { return message.role != "system"; });
    context_.note("Forgotten.");
  } else if (word == "/system") {
    system_prompt(rest);
  } else if (word == "/model") {
    if (rest.empty())
      show_models();
    else
      request_.model = rest;
  } else if (word == "/set") {
    set(rest);
  } else if (word == "/save") {
    save(rest);
  } else if (word == "/load") {
    load(rest);
  } else {
    context_.note("There is no " + word + "; /help lists the commands.");
  }
  return Next::go_on;
}

void Conversation::system_prompt(const std::string& text) {
  std::erase_if(request_.messages, [](const auto& message) { return message.role == "system"; });
  if (!text.empty()) request_.messages.insert(request_.messages.begin(), {"system", text});
}

void Conversation::show_models() {
  const auto limits = context_.limits();
  if (!limits) return static_cast<void>(context_.report(limits.error()));
  const auto models = client_.models(*limits);
  if (!models) return static_cast<void>(context_.report(models.error()));
  if (models->empty()) context_.note("This server does not list its models.");
  for (const auto& model : *models)
    context_.note(model.id + (model.parent.empty() ? "" : "  (adapter of " + model.parent + ")"));
}

void Conversation::set(const std::string& words) {
  const auto blank = words.find(' ');
  const std::string key = words.substr(0, blank);
  const std::string value(blank == std::string::npos ? "" : kaito::trim(words.substr(blank)));
  const auto parsed = value == "-" ? std::nullopt : number(value);
  auto& sampling = request_.sampling;
  if (!parsed && value != "-") {
    context_.note("/set KEY VALUE, for example: /set temperature 0.2");
  } else if (key == "temperature") {
    sampling.temperature = parsed;
  } else if (key == "top-p") {
    sampling.top_p = parsed;
  } else if (key == "max-tokens") {
    sampling.max_tokens = parsed ? std::optional(static_cast<std::int64_t>(*parsed)) : std::nullopt;
  } else {
    context_.note("There is no setting \"" + key + "\": temperature, top-p, max-tokens.");
  }
}

void Conversation::save(const std::string& path) {
  boost::json::array messages;
  for (const auto& message : request_.messages)
    messages.push_back(boost::json::object{{"role", message.role}, {"content", message.content}});
  std::ofstream file(path, std::ios::trunc);
  file << kaito::json::write_pretty(boost::json::object{{"messages", std::move(messages)}});
  file.flush();
  context_.note(file ? "Saved in " + path + "." : "Cannot write \"" + path + "\".");
}

void Conversation::load(const std::string& path) {
  const auto text = context_.read_input(path);
  if (!text) return static_cast<void>(context_.report(text.error()));
  const auto saved = kaito::json::parse(*text);
  if (!saved) return static_cast<void>(context_.report(saved.error()));
  const auto* messages = kaito::json::find(*saved, {"messages"});
  if (messages == nullptr || !messages->is_array())
    return context_.note(path + " holds no conversation.");
  request_.messages.clear();
  for (const auto& message : messages->get_array()) {
    request_.messages.push_back({std::string(kaito::json::string_at(message, {"role"})),
                                 std::string(kaito::json::string_at(message, {"content"}))});
  }
  context_.note("Going on after " + std::to_string(request_.messages.size()) + " messages.");
}

}  // namespace kaitoctl
