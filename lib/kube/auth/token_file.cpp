#include <fmt/format.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "kaito/base/text.hpp"
#include "kube/auth/method.hpp"
#include "kube/path.hpp"

namespace kaito::kube::auth {
namespace {

using Clock = std::chrono::steady_clock;

/// A file is read once a minute at most, and again from ten seconds before that is over: projected
/// service account tokens are replaced in place. Source: client-go transport/token_source.go.
constexpr std::chrono::seconds period{60};
constexpr std::chrono::seconds leeway{10};

class TokenFile final : public CredentialSource {
 public:
  TokenFile(std::string path, const Surroundings& surroundings, std::string fallback)
      : path_(std::move(path)),
        read_file_(surroundings.read_file),
        now_(surroundings.now),
        current_(credential_of(std::move(fallback))) {}

  Result<std::shared_ptr<const Credential>> credential(const CallLimits& /*limits*/) override {
    const std::lock_guard lock(mutex_);
    if (!read_at_ || now() - *read_at_ >= period - leeway) read();
    if (current_->token.empty()) return fail(ErrorCode::unauthenticated, problem_);
    return current_;
  }

  Result<bool> renew_after_refusal(const std::shared_ptr<const Credential>& refused,
                                   const CallLimits& /*limits*/) override {
    const std::lock_guard lock(mutex_);
    if (*current_ == *refused) read();
    return !current_->token.empty() && *current_ != *refused;
  }

  std::string name() const override { return "token file " + path_; }

  std::string problem() const override {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  static std::shared_ptr<const Credential> credential_of(std::string token) {
    return std::make_shared<const Credential>(Credential{std::move(token), {}, {}});
  }

  Clock::time_point now() const { return now_ ? now_() : Clock::now(); }

  /// Takes the file's token; keeps the last good one when there is none.
  void read() {
    read_at_ = now();
    auto text = read_file_(path_);
    problem_.clear();
    if (!text) {
      problem_ = fmt::format("cannot read tokenFile {}: {}", path_, text.error().message);
      return;
    }
    const auto token = trim(*text);
    if (token.empty())
      problem_ = fmt::format("tokenFile {} is empty", path_);
    else if (auto unfit = token_problem(token); !unfit.empty())
      problem_ = fmt::format("tokenFile {} holds no token: {}", path_, unfit);
    else if (token != current_->token)
      current_ = credential_of(std::string(token));
  }

  const std::string path_;
  const std::function<Result<std::string>(const std::string&)> read_file_;
  const std::function<Clock::time_point()> now_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Credential> current_;  ///< never null; without a token until there is one
  std::string problem_;
  std::optional<Clock::time_point> read_at_;
};

}  // namespace

void use_token_file(const UserEntry& user, const Surroundings& surroundings, Credentials& out,
                    Problems& problems) {
  if (user.token_file.empty()) return;
  auto source = std::make_shared<TokenFile>(seen_from_file(user.file, user.token_file),
                                            surroundings, std::string(trim(user.token)));
  if (auto first = source->credential({}); !first)
    problems.add(
        fmt::format("{} (user \"{}\", from {})", first.error().message, user.name, user.file));
  else
    out.source = std::move(source);
}

}  // namespace kaito::kube::auth
