#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "kaito/net/tls_check.hpp"
#include "kube/auth/method.hpp"
#include "kube/path.hpp"

namespace kaito::kube::auth {
namespace {

using Clock = std::chrono::steady_clock;

/// As token files: a replaced certificate is found within a minute.
constexpr std::chrono::seconds period{60};

/// A certificate or its key: a text, or the file that it stands in.
struct Half {
  std::string file;  ///< absolute; "" = `text` is all there is
  std::string text;
};

/// From the entry's data or its file; nothing, with the problem told, when it has neither.
std::optional<Half> half(const UserEntry& user, const Surroundings& surroundings,
                         std::string_view name, const std::string& path, const std::string& data,
                         Problems& problems) {
  if (!path.empty() && !data.empty()) {
    problems.add(fmt::format("{0} and {0}-data are both specified for user \"{1}\" (from {2})",
                             name, user.name, user.file));
    return std::nullopt;
  }
  if (path.empty()) return Half{{}, data};
  Half found{seen_from_file(user.file, path), {}};
  auto text = surroundings.read_file(found.file);
  if (!text) {
    problems.add(fmt::format("cannot read {} {} (from {}): {}", name, found.file, user.file,
                             text.error().message));
    return std::nullopt;
  }
  found.text = std::move(*text);
  return found;
}

/// A certificate whose files may be replaced while the program runs, and whatever other source
/// there is for the token.
class CertificateFiles final : public CredentialSource {
 public:
  CertificateFiles(Half certificate, Half key, std::shared_ptr<CredentialSource> token,
                   const Surroundings& surroundings)
      : certificate_(std::move(certificate)),
        key_(std::move(key)),
        token_(std::move(token)),
        read_file_(surroundings.read_file),
        now_(surroundings.now),
        read_at_(now()) {}

  Result<std::shared_ptr<const Credential>> credential(const CallLimits& limits) override {
    const std::lock_guard lock(mutex_);
    if (now() - read_at_ >= period) read();
    KAITO_CHECK(combine(limits));
    return current_;
  }

  Result<bool> renew_after_refusal(const std::shared_ptr<const Credential>& refused,
                                   const CallLimits& limits) override {
    const std::lock_guard lock(mutex_);
    if (current_ == refused) {
      read();
      if (token_ != nullptr) {
        KAITO_CHECK(token_->renew_after_refusal(current_token_, limits));
      }
      KAITO_CHECK(combine(limits));
    }
    return *current_ != *refused;
  }

  std::string problem() const override {
    const std::lock_guard lock(mutex_);
    return problem_.empty() && token_ != nullptr ? token_->problem() : problem_;
  }

  std::string name() const override {
    return fmt::format("client certificate {}",
                       certificate_.file.empty() ? "data" : certificate_.file);
  }

 private:
  [[nodiscard]] Clock::time_point now() const { return now_ ? now_() : Clock::now(); }

  /// Takes the files' pair where it is whole: one half may be written before the other.
  void read() {
    read_at_ = now();
    problem_.clear();
    Credential pair;
    if (!read_half(certificate_, pair.client_cert_pem) || !read_half(key_, pair.client_key_pem))
      return;
    if (auto unfit = pair_problem(pair)) {
      problem_ = fmt::format("{} cannot be used yet: {}", name(), unfit->message);
      return;
    }
    certificate_.text = std::move(pair.client_cert_pem);
    key_.text = std::move(pair.client_key_pem);
  }

  bool read_half(const Half& from, std::string& into) {
    if (from.file.empty()) {
      into = from.text;
      return true;
    }
    auto text = read_file_(from.file);
    if (!text) {
      problem_ = fmt::format("cannot read {} again: {}", from.file, text.error().message);
      return false;
    }
    into = std::move(*text);
    return true;
  }

  /// Makes current_ what the pair and the token's source say now.
  Result<void> combine(const CallLimits& limits) {
    Credential next{{}, certificate_.text, key_.text};
    if (token_ != nullptr) {
      KAITO_TRY(current_token_, token_->credential(limits));
      next.token = current_token_->token;
    }
    if (current_ == nullptr || *current_ != next)
      current_ = std::make_shared<const Credential>(std::move(next));
    return {};
  }

  Half certificate_;
  Half key_;
  const std::shared_ptr<CredentialSource> token_;  ///< of a token alone: quick; may be null
  const std::function<Result<std::string>(const std::string&)> read_file_;
  const std::function<Clock::time_point()> now_;
  mutable std::mutex mutex_;
  Clock::time_point read_at_;
  std::string problem_;
  std::shared_ptr<const Credential> current_token_;
  std::shared_ptr<const Credential> current_;
};

}  // namespace

std::optional<Error> pair_problem(const Credential& credential) {
  net::TlsOptions tls;
  tls.skip_verification = true;  // so that the system's authorities are not read for it
  tls.client_cert_pem = credential.client_cert_pem;
  tls.client_key_pem = credential.client_key_pem;
  auto usable = net::check_tls_options(tls);
  if (usable) return std::nullopt;
  return std::move(usable).error();
}

void use_client_certificate(const UserEntry& user, const Surroundings& surroundings,
                            Credentials& out, Problems& problems) {
  auto certificate = half(user, surroundings, "client-certificate", user.client_certificate,
                          user.client_certificate_data, problems);
  auto key =
      half(user, surroundings, "client-key", user.client_key, user.client_key_data, problems);
  if (!certificate || !key) return;
  if (certificate->text.empty() && key->text.empty() && certificate->file.empty() &&
      key->file.empty())
    return;
  if (certificate->text.empty() || key->text.empty()) {
    problems.add(fmt::format("client {} missing for user \"{}\" (from {})",
                             key->text.empty() ? "key" : "certificate", user.name, user.file),
                 "a client certificate needs its key: give both");
    return;
  }
  out.client_cert_pem = certificate->text;
  out.client_key_pem = key->text;
  if (auto unfit = pair_problem({{}, certificate->text, key->text})) {
    problems.add(
        Error{ErrorCode::invalid,
              fmt::format("user \"{}\" (from {}): {}", user.name, user.file, unfit->message),
              {},
              unfit->hint,
              nullptr});
    return;
  }
  if (!certificate->file.empty() || !key->file.empty())
    out.source = std::make_shared<CertificateFiles>(std::move(*certificate), std::move(*key),
                                                    std::move(out.source), surroundings);
}

}  // namespace kaito::kube::auth
