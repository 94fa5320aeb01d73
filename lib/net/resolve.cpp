#include "net/resolve.hpp"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "kaito/base/text.hpp"

namespace kaito::net {
namespace {

/// What getaddrinfo gave: its code (0: fine) and the addresses.
struct Answer {
  int code = 0;
  std::vector<SocketAddress> addresses;
};

Answer ask(const std::string& host, std::uint16_t port, int flags) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  Answer answer;
  answer.code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (answer.code != 0) return answer;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_addrlen > sizeof(sockaddr_storage)) continue;
    SocketAddress address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    answer.addresses.push_back(address);
  }
  freeaddrinfo(found);
  return answer;
}

/// RFC 8305 section 4: the resolver's first family first, then in turn, so that one broken family
/// costs one short wait.
std::vector<SocketAddress> in_turn(std::vector<SocketAddress> addresses) {
  if (addresses.empty()) return addresses;
  const auto first_family = addresses.front().storage.ss_family;
  std::vector<SocketAddress> first;
  std::vector<SocketAddress> second;
  for (const auto& address : addresses) {
    (address.storage.ss_family == first_family ? first : second).push_back(address);
  }
  std::vector<SocketAddress> mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

/// Shared with the resolver's thread, which may outlive the call.
struct Question {
  std::mutex mutex;
  std::condition_variable_any answered;
  std::optional<Answer> answer;
};

/// RFC 6761 section 6.3: such a name is this machine, whatever a resolver thinks, and also where
/// there is no /etc/hosts.
bool is_localhost(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  constexpr std::string_view name = "localhost";
  constexpr std::string_view below = ".localhost";
  return equals_ignoring_case(host, name) ||
         (host.size() > below.size() &&
          equals_ignoring_case(host.substr(host.size() - below.size()), below));
}

std::vector<SocketAddress> loopback(std::uint16_t port) {
  std::vector<SocketAddress> addresses;
  for (const char* literal : {"127.0.0.1", "::1"}) {
    const Answer answer = ask(literal, port, AI_NUMERICHOST);
    addresses.insert(addresses.end(), answer.addresses.begin(), answer.addresses.end());
  }
  return addresses;
}

tl::unexpected<Error> not_resolved(const std::string& host, int code) {
  if (code == EAI_NONAME
#ifdef EAI_NODATA
      || code == EAI_NODATA
#endif
  ) {
    return fail(ErrorCode::unreachable, "the host name \"" + host + "\" does not exist",
                "check the server's address, and that this machine can resolve it");
  }
  if (code == EAI_AGAIN) {
    return fail(ErrorCode::unreachable,
                "no name server answered when asked for the host \"" + host + "\"",
                "check the network connection and DNS of this machine");
  }
  return fail(ErrorCode::unreachable,
              "cannot resolve the host name \"" + host + "\": " + gai_strerror(code));
}

}  // namespace

std::string SocketAddress::text() const {
  std::array<char, NI_MAXHOST> host{};
  const int code = getnameinfo(reinterpret_cast<const sockaddr*>(&storage), size, host.data(),
                               static_cast<socklen_t>(host.size()), nullptr, 0, NI_NUMERICHOST);
  return code == 0 ? std::string(host.data()) : std::string("?");
}

Result<std::vector<SocketAddress>> resolve(const std::string& host, std::uint16_t port,
                                           const CallLimits& limits) {
  Answer literal = ask(host, port, AI_NUMERICHOST);
  if (literal.code == 0 && !literal.addresses.empty()) return std::move(literal.addresses);
  if (is_localhost(host)) return loopback(port);

  // getaddrinfo cannot be cancelled, so it runs on a thread that nobody waits for longer than the
  // limits say.
  auto question = std::make_shared<Question>();
  try {
    std::thread([question, host, port] {
      Answer answer = ask(host, port, 0);
      const std::lock_guard lock(question->mutex);
      question->answer = std::move(answer);
      question->answered.notify_all();
    }).detach();
  } catch (const std::system_error& error) {
    return fail(ErrorCode::unreachable,
                "cannot resolve the host name \"" + host + "\": no thread for it: " + error.what());
  }

  std::unique_lock lock(question->mutex);
  const auto is_answered = [&] { return question->answer.has_value(); };
  if (limits.deadline.is_never()) {
    question->answered.wait(lock, limits.stop, is_answered);
  } else {
    question->answered.wait_until(lock, limits.stop, limits.deadline.moment(), is_answered);
  }
  if (!question->answer) {
    if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
    return fail(ErrorCode::timeout, "timed out resolving the host name \"" + host + "\"");
  }
  if (question->answer->code != 0) return not_resolved(host, question->answer->code);
  if (question->answer->addresses.empty()) return not_resolved(host, EAI_NONAME);
  return in_turn(std::move(question->answer->addresses));
}

}  // namespace kaito::net
