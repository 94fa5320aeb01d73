// Watch streams: whatever a server writes, in whatever pieces, becomes events or an error.

#include "kube/watch.hpp"

#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "target.hpp"

namespace {

using namespace kaito;
using fuzz::hold;

/// A body out of memory.
class Body final : public net::BodyStream {
 public:
  Body(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {
    head_.status = 200;
  }
  [[nodiscard]] const net::HttpHead& head() const override { return head_; }
  [[nodiscard]] Result<std::string> read(const CallLimits& /*limits*/) override {
    const auto piece = bytes_.substr(0, piece_);
    bytes_.remove_prefix(piece.size());
    return std::string(piece);
  }

 private:
  std::string_view bytes_;
  std::size_t piece_;
  net::HttpHead head_;
};

/// Answers every request with the bytes.
class Wire final : public net::Transport {
 public:
  Wire(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}
  [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest& /*request*/,
                                               const CallLimits& /*limits*/) override {
    return fail(ErrorCode::internal, "a watch is opened, not sent");
  }
  [[nodiscard]] Result<std::unique_ptr<net::BodyStream>> open(
      const net::HttpRequest& /*request*/, const CallLimits& /*limits*/) override {
    return std::make_unique<Body>(bytes_, piece_);
  }

 private:
  std::string_view bytes_;
  std::size_t piece_;
};

std::string events_of(std::string_view bytes, std::size_t piece) {
  const auto server = std::make_shared<kube::ApiServer>(std::make_shared<Wire>(bytes, piece),
                                                        kube::ClusterConfig{}, kube::ClientLog{});
  const auto request = k8s::watch_request(k8s::types::pod(), "ns", {});
  hold(request.has_value(), "the request can be made");
  const auto watch = kube::open_watch(server, *request, std::chrono::seconds(300), {});
  hold(watch.has_value(), "a watch opens");
  std::string seen;
  for (;;) {
    const auto next = (*watch)->next({});
    if (!next) {
      hold(!next.error().message.empty(), "an error says why");
      return seen + std::string(to_string(next.error().code));
    }
    if (!*next) return seen;
    hold((*next)->object.value().is_object(), "an event has an object");
    seen += json::write((*next)->object.value()) + "\n";
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  hold(events_of(bytes, 1 + data[0] % 64) == events_of(bytes, 4096), "the same events");
  return 0;
}
