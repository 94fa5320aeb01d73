#include "net/http_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <utility>

namespace kaito::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string text(string_view view) {
  return {view.data(), view.size()};
}

/// What a parse collects; shared by both kinds of message.
struct Collected {
  StartLine start_line;
  Headers headers;
  std::string body;
  int version = 11;
};

// A peer may announce any length; only this much is set aside before the bytes arrive.
constexpr std::uint64_t reserve_at_most = std::uint64_t{1} << 20;

template <bool is_request>
class Parser final : public http::basic_parser<is_request> {
 public:
  Collected collected;

 private:
  void on_request_impl(http::verb /*method*/, string_view method, string_view target, int version,
                       error_code& /*ec*/) override {
    collected.version = version;
    collected.start_line.method = text(method);
    collected.start_line.target = text(target);
  }
  void on_response_impl(int status, string_view reason, int version, error_code& /*ec*/) override {
    collected.version = version;
    collected.start_line.status = status;
    collected.start_line.reason = text(reason);
  }
  void on_field_impl(http::field /*name*/, string_view name, string_view value,
                     error_code& /*ec*/) override {
    collected.headers.add(text(name), text(value));
  }
  void on_header_impl(error_code& /*ec*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                         error_code& /*ec*/) override {
    if (length) collected.body.reserve(std::min(*length, reserve_at_most));
  }
  std::size_t on_body_impl(string_view piece, error_code& /*ec*/) override {
    collected.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, string_view /*extensions*/,
                            error_code& /*ec*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*left*/, string_view piece,
                                 error_code& ec) override {
    return on_body_impl(piece, ec);
  }
  void on_finish_impl(error_code& /*ec*/) override {}
};

/// The two kinds of Beast's parser behind one face.
class AnyParser {
 public:
  virtual ~AnyParser() = default;
  virtual std::size_t put(std::string_view bytes, error_code& ec) = 0;
  virtual void put_end(error_code& ec) = 0;
  [[nodiscard]] virtual bool started() const = 0;
  [[nodiscard]] virtual bool head_done() const = 0;
  [[nodiscard]] virtual bool done() const = 0;
  [[nodiscard]] virtual bool keep_alive() const = 0;
  [[nodiscard]] virtual int version() const = 0;
  virtual Collected& collected() = 0;
};

template <bool is_request>
class ParserOf final : public AnyParser {
 public:
  explicit ParserOf(const ParserOptions& options) {
    parser_.eager(true);
    parser_.header_limit(static_cast<std::uint32_t>(options.max_head));
    if (options.max_body) {
      parser_.body_limit(std::uint64_t{*options.max_body});
    } else {
      parser_.body_limit(boost::none);
    }
    if (options.answers_head) parser_.skip(true);
  }
  std::size_t put(std::string_view bytes, error_code& ec) override {
    return parser_.put(asio::const_buffer(bytes.data(), bytes.size()), ec);
  }
  void put_end(error_code& ec) override { parser_.put_eof(ec); }
  [[nodiscard]] bool started() const override { return parser_.got_some(); }
  [[nodiscard]] bool head_done() const override { return parser_.is_header_done(); }
  [[nodiscard]] bool done() const override { return parser_.is_done(); }
  [[nodiscard]] bool keep_alive() const override { return parser_.keep_alive(); }
  [[nodiscard]] int version() const override { return parser_.collected.version; }
  Collected& collected() override { return parser_.collected; }

 private:
  Parser<is_request> parser_;
};

}  // namespace

struct HttpParser::Impl {
  std::unique_ptr<AnyParser> parser;
  Refusal refusal = Refusal::none;

  tl::unexpected<Error> refuse(const error_code& ec) {
    refusal = Refusal::malformed;
    if (ec == http::error::header_limit) refusal = Refusal::head_too_large;
    if (ec == http::error::body_limit) refusal = Refusal::body_too_large;
    return fail(ErrorCode::protocol, ec.message());
  }
};

HttpParser::HttpParser(ParserOptions options) : impl_(std::make_unique<Impl>()) {
  if (options.request) {
    impl_->parser = std::make_unique<ParserOf<true>>(options);
  } else {
    impl_->parser = std::make_unique<ParserOf<false>>(options);
  }
}
HttpParser::~HttpParser() = default;
HttpParser::HttpParser(HttpParser&&) noexcept = default;
HttpParser& HttpParser::operator=(HttpParser&&) noexcept = default;

Result<std::size_t> HttpParser::put(std::string_view bytes) {
  if (bytes.empty() || done()) return std::size_t{0};
  error_code ec;
  const std::size_t used = impl_->parser->put(bytes, ec);
  if (ec && ec != http::error::need_more) return impl_->refuse(ec);
  return used;
}

Result<void> HttpParser::put_end() {
  error_code ec;
  impl_->parser->put_end(ec);
  if (ec) return impl_->refuse(ec);
  return {};
}

bool HttpParser::started() const {
  return impl_->parser->started();
}
bool HttpParser::head_done() const {
  return impl_->parser->head_done();
}
bool HttpParser::done() const {
  return impl_->parser->done();
}
bool HttpParser::keep_alive() const {
  return impl_->parser->keep_alive();
}
bool HttpParser::http_1_0() const {
  return impl_->parser->version() == 10;
}
Refusal HttpParser::refusal() const {
  return impl_->refusal;
}
StartLine& HttpParser::start_line() {
  return impl_->parser->collected().start_line;
}
Headers& HttpParser::headers() {
  return impl_->parser->collected().headers;
}
std::string HttpParser::take_body() {
  return std::exchange(impl_->parser->collected().body, {});
}
const std::string& HttpParser::body() const {
  return impl_->parser->collected().body;
}

std::string_view reason_phrase(int status) {
  const auto phrase = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  return {phrase.data(), phrase.size()};
}

}  // namespace kaito::net
