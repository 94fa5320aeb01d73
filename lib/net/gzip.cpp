#include "kaito/net/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>

namespace kaito::net {
namespace {

constexpr int gzip_only = 15 + 16;  // the largest window, and no other format than gzip
constexpr int memory_level = 8;
constexpr std::size_t piece_size = std::size_t{64} << 10;

tl::unexpected<Error> damaged(const z_stream& stream) {
  const char* why = stream.msg != nullptr ? stream.msg : "damaged";
  return fail(ErrorCode::protocol, std::string("its gzip data is not proper: ") + why);
}

/// zlib counts in unsigned int.
unsigned clip(std::size_t size) {
  return static_cast<unsigned>(std::min<std::size_t>(size, UINT_MAX));
}

/// zlib reads through a pointer to non-const, and changes nothing.
Bytef* input_of(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT
}

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};
struct EndDeflate {
  void operator()(z_stream* stream) const { deflateEnd(stream); }
};

}  // namespace

Result<std::string> gunzip(std::string_view bytes, std::size_t max) {
  z_stream stream{};
  if (inflateInit2(&stream, gzip_only) != Z_OK)
    return fail(ErrorCode::internal, "zlib: cannot start to inflate");
  const std::unique_ptr<z_stream, EndInflate> ends(&stream);
  std::string out;
  std::array<char, piece_size> piece{};
  bool within_member = true;
  while (!bytes.empty() || within_member) {
    const auto offered = clip(bytes.size());
    stream.next_in = input_of(bytes);
    stream.avail_in = offered;
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece_size;
    const int result = inflate(&stream, Z_NO_FLUSH);
    bytes.remove_prefix(offered - stream.avail_in);
    const std::size_t made = piece_size - stream.avail_out;
    if (made > max - out.size())
      return fail(ErrorCode::protocol, "it inflates to more than is allowed");
    out.append(piece.data(), made);
    if (result == Z_STREAM_END) {
      within_member = false;
      if (!bytes.empty() && inflateReset(&stream) != Z_OK) return damaged(stream);
      within_member = !bytes.empty();
    } else if (result == Z_BUF_ERROR && bytes.empty()) {
      return fail(ErrorCode::protocol, "its gzip data is cut short");
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return damaged(stream);
    }
  }
  return out;
}

Result<std::string> gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_only, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return fail(ErrorCode::internal, "zlib: cannot start to compress");
  const std::unique_ptr<z_stream, EndDeflate> ends(&stream);
  std::string out;
  std::array<char, piece_size> piece{};
  for (;;) {
    const auto offered = clip(bytes.size());
    stream.next_in = input_of(bytes);
    stream.avail_in = offered;
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece_size;
    const int result = deflate(&stream, offered == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    bytes.remove_prefix(offered - stream.avail_in);
    out.append(piece.data(), piece_size - stream.avail_out);
    if (result == Z_STREAM_END) return out;
    if (result != Z_OK && result != Z_BUF_ERROR)
      return fail(ErrorCode::internal, "zlib: cannot compress");
  }
}

}  // namespace kaito::net
