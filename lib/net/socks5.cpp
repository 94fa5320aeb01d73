#include "net/socks5.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "kaito/net/failure.hpp"
#include "net/connection.hpp"

namespace kaito::net {
namespace {

constexpr unsigned char version = 5;
constexpr unsigned char no_authentication = 0;
constexpr unsigned char user_and_password = 2;
constexpr unsigned char no_method = 0xff;
constexpr unsigned char ipv4 = 1;
constexpr unsigned char name_kind = 3;
constexpr unsigned char ipv6 = 4;
constexpr std::size_t longest_field = 255;

char byte(unsigned value) {
  return static_cast<char>(static_cast<unsigned char>(value));
}

/// A conversation with one proxy; errors name it.
class Conversation {
 public:
  Conversation(ByteStream& stream, const Proxy& proxy, const CallLimits& limits)
      : stream_(stream), proxy_(proxy), limits_(limits) {}

  Result<void> agree_on_method() {
    std::string greeting{byte(version), byte(1), byte(no_authentication)};
    if (proxy_.has_credentials())
      greeting = {byte(version), byte(2), byte(no_authentication), byte(user_and_password)};
    KAITO_CHECK(send(greeting));
    std::array<char, 2> answer{};
    KAITO_CHECK(receive(answer));
    if (answer[0] != byte(version)) return strange("it does not speak SOCKS5");
    if (answer[1] == byte(no_authentication)) return {};
    if (answer[1] == byte(no_method)) return refused_credentials();
    if (answer[1] != byte(user_and_password) || !proxy_.has_credentials())
      return strange("it chose a way to log in that was not offered");
    return log_in();
  }

  Result<void> ask_for(const Url& server) {
    KAITO_TRY(const std::string address, address_of(server.host));
    std::string request{byte(version), byte(1), byte(0)};
    request += address;
    request += byte(server.port >> 8U);
    request += byte(server.port & 0xffU);
    KAITO_CHECK(send(request));
    std::array<char, 4> head{};
    KAITO_CHECK(receive(head));
    if (head[0] != byte(version)) return strange("it does not speak SOCKS5");
    if (head[1] != 0) return no_connection(static_cast<unsigned char>(head[1]), server);
    return pass_over_bound_address(static_cast<unsigned char>(head[3]));
  }

 private:
  Result<void> log_in() {
    if (proxy_.user.size() > longest_field || proxy_.password.size() > longest_field)
      return fail(ErrorCode::invalid, "the proxy's user name or password is over 255 bytes long");
    std::string message{byte(1)};
    for (const std::string& field : {proxy_.user, proxy_.password}) {
      message += byte(static_cast<unsigned>(field.size()));
      message += field;
    }
    KAITO_CHECK(send(message));
    std::array<char, 2> answer{};
    KAITO_CHECK(receive(answer));
    return answer[1] == 0 ? Result<void>() : refused_credentials();
  }

  static Result<std::string> address_of(const std::string& host) {
    std::array<char, 16> bytes{};
    if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1)
      return byte(ipv4) + std::string(bytes.data(), 4);
    if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1)
      return byte(ipv6) + std::string(bytes.data(), 16);
    if (host.size() > longest_field)
      return fail(ErrorCode::invalid, "the server's name is over 255 bytes long");
    return std::string{byte(name_kind), byte(static_cast<unsigned>(host.size()))} + host;
  }

  /// The address that the proxy connects from is of no use to us.
  Result<void> pass_over_bound_address(unsigned char kind) {
    std::array<char, longest_field + 2> bound{};
    std::size_t size = kind == ipv4 ? 4 : 16;
    if (kind == name_kind) {
      KAITO_CHECK(receive({bound.data(), 1}));
      size = static_cast<unsigned char>(bound[0]);
    } else if (kind != ipv4 && kind != ipv6) {
      return strange("its answer holds an address of unknown kind");
    }
    return receive({bound.data(), size + 2});
  }

  Result<void> send(const std::string& bytes) {
    auto sent = stream_.write(bytes, limits_);
    return sent ? Result<void>() : located(std::move(sent).error());
  }

  Result<void> receive(std::span<char> into) {
    while (!into.empty()) {
      auto count = stream_.read_some(into, limits_);
      if (!count) return located(std::move(count).error());
      if (*count == 0)
        return located({ErrorCode::unreachable, "closed the connection", {}, {}, nullptr});
      into = into.subspan(*count);
    }
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> located(Error error) const {
    error.message = fmt::format("the proxy {}: {}", host_and_port(proxy_.url), error.message);
    return fail(std::move(error));
  }
  [[nodiscard]] tl::unexpected<Error> strange(std::string_view why) const {
    return located({ErrorCode::protocol,
                    std::string(why),
                    {},
                    "check the scheme of the proxy's URL: http, https or socks5",
                    nullptr});
  }
  [[nodiscard]] tl::unexpected<Error> refused_credentials() const {
    const auto* why = proxy_.has_credentials() ? "does not accept its user name and password"
                                               : "wants a user name and a password";
    return fail(Error{ErrorCode::unreachable,
                      fmt::format("the proxy {} {}", host_and_port(proxy_.url), why),
                      {},
                      "put them into the proxy URL: socks5://user:password@proxy:port",
                      std::make_shared<const Failure>(Stage::handshake)});
  }
  [[nodiscard]] tl::unexpected<Error> no_connection(unsigned char reply, const Url& server) const {
    constexpr std::array<std::string_view, 9> texts{"",
                                                    "general failure",
                                                    "not allowed by its rules",
                                                    "network unreachable",
                                                    "host unreachable",
                                                    "connection refused",
                                                    "no answer in time",
                                                    "CONNECT is not supported",
                                                    "this kind of address is not supported"};
    const auto why = reply < texts.size() ? std::string(texts[reply]) : fmt::format("{}", reply);
    const bool may_pass = reply == 1 || (reply >= 3 && reply <= 6);
    return fail(
        Error{ErrorCode::unreachable,
              fmt::format("the proxy {} does not connect to {}: {}", host_and_port(proxy_.url),
                          host_and_port(server), why),
              {},
              {},
              std::make_shared<const Failure>(may_pass ? Stage::connect : Stage::handshake)});
  }

  ByteStream& stream_;
  const Proxy& proxy_;
  const CallLimits& limits_;
};

}  // namespace

Result<void> socks5_connect(ByteStream& stream, const Proxy& proxy, const Url& server,
                            const CallLimits& limits) {
  Conversation conversation(stream, proxy, limits);
  KAITO_CHECK(conversation.agree_on_method());
  return conversation.ask_for(server);
}

}  // namespace kaito::net
