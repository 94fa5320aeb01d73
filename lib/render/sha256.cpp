#include "render/sha256.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace kaito::render {

namespace {

using Words = std::array<std::uint32_t, 8>;

constexpr std::array<std::uint32_t, 64> round_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t word_at(std::string_view block, std::size_t index) {
  const auto byte = [&](std::size_t at) -> std::uint32_t {
    return static_cast<unsigned char>(block[index * 4 + at]);
  };
  return byte(0) << 24U | byte(1) << 16U | byte(2) << 8U | byte(3);
}

/// One round; the names of the words move on by one with each, so that no word is copied.
inline void mix(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t& d,
                std::uint32_t e, std::uint32_t f, std::uint32_t g, std::uint32_t& h,
                std::uint32_t input) {
  const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
  const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + input;
  const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
  d += t1;
  h = t1 + s0 + ((a & b) ^ (a & c) ^ (b & c));
}

void add_block(Words& state, std::string_view block) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i)
    w[i] = word_at(block, i);
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; i += 8) {
    const auto input = [&](std::size_t step) { return round_constants[i + step] + w[i + step]; };
    mix(a, b, c, d, e, f, g, h, input(0));
    mix(h, a, b, c, d, e, f, g, input(1));
    mix(g, h, a, b, c, d, e, f, input(2));
    mix(f, g, h, a, b, c, d, e, input(3));
    mix(e, f, g, h, a, b, c, d, input(4));
    mix(d, e, f, g, h, a, b, c, input(5));
    mix(c, d, e, f, g, h, a, b, input(6));
    mix(b, c, d, e, f, g, h, a, input(7));
  }
  const Words added{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i)
    state[i] += added[i];
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  constexpr std::size_t block_size = 64;
  Words state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
              0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  // The text, one bit, zeros up to the end of a block, and in it the number of bits.
  constexpr std::size_t ending = 1 + 8;
  const std::size_t blocks = (bytes.size() + ending + block_size - 1) / block_size;
  std::string padded;
  padded.reserve(blocks * block_size);
  padded += bytes;
  padded += '\x80';
  padded.resize(blocks * block_size - 8);
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8)
    padded += static_cast<char>(bits >> shift & 0xff);
  for (std::size_t start = 0; start < padded.size(); start += block_size)
    add_block(state, std::string_view(padded).substr(start, block_size));

  std::string hex;
  hex.reserve(64);
  for (const std::uint32_t word : state)
    for (int shift = 28; shift >= 0; shift -= 4)
      hex += "0123456789abcdef"[word >> shift & 0xf];
  return hex;
}

}  // namespace kaito::render
