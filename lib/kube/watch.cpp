#include "kube/watch.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/net/framing.hpp"

namespace kaito::kube {
namespace {

constexpr std::size_t longest_event = std::size_t{32} << 20;
/// How much longer than asked for a watch may be silent before its connection is taken for dead.
constexpr std::chrono::seconds grace{30};

std::optional<WatchEvent::Type> event_type(std::string_view name) {
  if (name == "ADDED") return WatchEvent::Type::added;
  if (name == "MODIFIED") return WatchEvent::Type::modified;
  if (name == "DELETED") return WatchEvent::Type::deleted;
  if (name == "BOOKMARK") return WatchEvent::Type::bookmark;
  return std::nullopt;
}

class EventStream final : public Watch {
 public:
  EventStream(std::shared_ptr<ApiServer> server, std::string doing, std::chrono::seconds lasts,
              std::unique_ptr<net::BodyStream> body)
      : server_(std::move(server)),
        doing_(std::move(doing)),
        silence_(lasts + grace),
        body_(std::move(body)) {}

  Result<std::optional<WatchEvent>> next(const CallLimits& limits) override {
    for (;;) {
      auto line = lines_.next();
      if (!line) return fail(std::move(line).error().in(doing_));
      if (*line) {
        if (trim(**line).empty()) continue;
        auto event = decode(**line);
        if (!event || *event) return event;
        continue;
      }
      if (body_ == nullptr) return std::nullopt;
      KAITO_TRY(const bool more, read(limits));
      if (!more) return last();
    }
  }

 private:
  /// False at the end of the stream. A connection that breaks or falls silent is an end like any
  /// other: whoever watches goes on from the last resourceVersion either way.
  Result<bool> read(const CallLimits& limits) {
    const auto watchdog = Deadline::after(silence_);
    auto piece = body_->read({watchdog.sooner(limits.deadline), limits.stop});
    if (piece) {
      if (piece->empty()) return false;
      lines_.feed(*piece);
      return true;
    }
    const bool silent =
        piece.error().code == ErrorCode::timeout && watchdog.moment() < limits.deadline.moment();
    if (silent || piece.error().code == ErrorCode::unreachable) {
      server_->log().line(4, fmt::format("{}: the stream ended: {}", doing_,
                                         escape_controls(piece.error().describe())));
      broken_ = true;
      return false;
    }
    return fail(std::move(piece).error().in(doing_));
  }

  /// What stands behind the last line break; half an event is left out.
  Result<std::optional<WatchEvent>> last() {
    body_.reset();
    const auto rest = lines_.rest();
    if (trim(rest).empty() || broken_ || !json::parse(rest)) return std::nullopt;
    return decode(rest);
  }

  /// Nothing for an event of a type that is not known.
  Result<std::optional<WatchEvent>> decode(const std::string& line) {
    server_->log().body("< event ", line);
    auto value = json::parse(line);
    auto* object = value ? value->if_object() : nullptr;
    auto* inner = object != nullptr ? object->if_contains("object") : nullptr;
    if (inner == nullptr || !inner->is_object())
      return fail(ErrorCode::protocol,
                  fmt::format("{}: the server sent an event that cannot be read: {}", doing_,
                              value ? "no object in it" : value.error().message));
    const auto type = json::string_at(*value, {"type"});
    if (type == "ERROR")
      return fail(k8s::error_of_answer(doing_, "GET",
                                       static_cast<int>(json::int_at(*inner, {"code"}, 500)),
                                       "application/json", json::write(*inner)));
    const auto known = event_type(type);
    if (!known) {
      server_->log().line(4, fmt::format("{}: event of unknown type \"{}\" passed over", doing_,
                                         escape_controls(shorten(type, 64))));
      return std::nullopt;
    }
    return WatchEvent{*known, json::Document(std::move(*inner))};
  }

  const std::shared_ptr<ApiServer> server_;
  const std::string doing_;
  const std::chrono::seconds silence_;
  std::unique_ptr<net::BodyStream> body_;
  net::LineSplitter lines_{longest_event};
  bool broken_ = false;
};

}  // namespace

Result<std::unique_ptr<Watch>> open_watch(std::shared_ptr<ApiServer> server,
                                          const k8s::Request& request, std::chrono::seconds lasts,
                                          const CallLimits& limits) {
  KAITO_TRY(auto answer, server->open(request, limits));
  if (answer.stream == nullptr) return fail(server->error_of(request, answer));
  return std::make_unique<EventStream>(std::move(server), request.doing, lasts,
                                       std::move(answer.stream));
}

}  // namespace kaito::kube
