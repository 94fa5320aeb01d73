// Client certificates that change while the program runs.
#include "kube/certified_transport.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kaito/net/failure.hpp"

namespace kaito::kube::test {
namespace {

using std::chrono::milliseconds;

const Credential old_one{"", "OLD", "OLD-KEY"};
const Credential new_one{"", "NEW", "NEW-KEY"};

/// A body of which nothing arrives.
class SilentStream final : public net::BodyStream {
 public:
  explicit SilentStream(bool& closed) : closed_(closed) {}
  ~SilentStream() override { closed_ = true; }
  [[nodiscard]] const net::HttpHead& head() const override { return head_; }
  Result<std::string> read(const CallLimits& limits) override {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_until(lock, limits.stop, limits.deadline.moment(), [] { return false; });
    if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
    return fail(ErrorCode::timeout, "timed out");
  }

 private:
  net::HttpHead head_{200, "OK", {}};
  bool& closed_;
};

class FakeTransport final : public net::Transport {
 public:
  explicit FakeTransport(std::string who) : who_(std::move(who)) {}
  Result<net::HttpResponse> send(const net::HttpRequest& /*request*/,
                                 const CallLimits& /*limits*/) override {
    return net::HttpResponse{{200, "OK", {}}, who_};
  }
  Result<std::unique_ptr<net::BodyStream>> open(const net::HttpRequest& /*request*/,
                                                const CallLimits& /*limits*/) override {
    return std::make_unique<SilentStream>(closed);
  }
  bool closed = false;

 private:
  const std::string who_;
};

/// Remembers what it made.
struct Factory {
  std::vector<std::shared_ptr<FakeTransport>> made;
  std::shared_ptr<net::Transport> first = std::make_shared<FakeTransport>("first");
  CertifiedTransport transport{
      first, {}, [this](const Credential& credential) -> Result<std::shared_ptr<net::Transport>> {
        if (credential.client_key_pem.empty()) return fail(ErrorCode::invalid, "no key");
        made.push_back(std::make_shared<FakeTransport>(credential.client_cert_pem));
        return std::shared_ptr<net::Transport>(made.back());
      }};

  std::string who_for(const Credential& credential) {
    auto chosen = transport.transport_for(credential);
    if (!chosen) return "error: " + chosen.error().message;
    return (*chosen)->send({}, {})->body;
  }
};

TEST_CASE("each certificate has connections of its own, made once") {
  Factory factory;
  CHECK(factory.who_for({"token", "", ""}) == "first");
  CHECK(factory.who_for(old_one) == "OLD");
  CHECK(factory.who_for({"other token", "OLD", "OLD-KEY"}) == "OLD");  // a token closes nothing
  CHECK(factory.made.size() == 1);
  CHECK(factory.who_for(new_one) == "NEW");
  CHECK(factory.made.size() == 2);
  CHECK(factory.who_for({"", "BAD", ""}) == "error: no key");
  CHECK(factory.who_for(new_one) == "NEW");  // still there
  CHECK(factory.made.size() == 2);
}

TEST_CASE("without a factory the certificate is not used") {
  CertifiedTransport transport(std::make_shared<FakeTransport>("first"), {}, {});
  CHECK((*transport.transport_for(old_one))->send({}, {})->body == "first");
}

TEST_CASE("a body under way over a replaced certificate ends at once, as a broken connection") {
  Factory factory;
  const auto before = factory.transport.transport_for(old_one);
  REQUIRE(before);
  auto stream = (*before)->open({}, {});
  REQUIRE(stream);
  CHECK((*stream)->head().status == 200);

  Result<std::string> read;
  {
    std::jthread reader([&] {
      read = (*stream)->read({Deadline::after(std::chrono::seconds(20)), {}});
    });
    REQUIRE(factory.transport.transport_for(new_one));
  }
  REQUIRE_FALSE(read);
  CHECK(read.error().code == ErrorCode::unreachable);
  CHECK(net::stage_of(read.error()) == net::Stage::exchange);
  CHECK(factory.made[0]->closed);
  const auto again = (*stream)->read({});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::unreachable);
}

TEST_CASE("the caller's own stop and deadline stay what they are") {
  Factory factory;
  auto stream = (*factory.transport.transport_for(old_one))->open({}, {});
  REQUIRE(stream);
  const auto late = (*stream)->read({Deadline::after(milliseconds(1)), {}});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = (*stream)->read({Deadline::never(), stop.get_token()});
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::interrupted);
}

}  // namespace
}  // namespace kaito::kube::test
