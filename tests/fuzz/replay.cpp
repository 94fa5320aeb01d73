// TARGET FOLDER... [--runs N] [--seed S]: without libFuzzer, a target on every file of the folders,
// and then on N inputs made of them by changes that the seed decides: the same ones on every
// machine. Before each input it is written to the working directory's last-input.bin when
// KAITO_FUZZ_KEEP is set, so that what crashed can be looked at.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "target.hpp"

namespace {

constexpr std::size_t kLargest = 16 << 10;

/// splitmix64: the same numbers everywhere, which std's distributions do not promise.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t limit) {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    return limit == 0 ? 0 : static_cast<std::size_t>((mixed ^ (mixed >> 31)) % limit);
  }

 private:
  std::uint64_t state_;
};

constexpr std::array<std::string_view, 40> kPieces = {"---\n",
                                                      "...\n",
                                                      "- ",
                                                      ": ",
                                                      "{",
                                                      "}",
                                                      "[",
                                                      "]",
                                                      ",",
                                                      "\"",
                                                      "'",
                                                      "|\n  ",
                                                      ">-\n",
                                                      "&a ",
                                                      "*a",
                                                      "<<: ",
                                                      "!!",
                                                      "!!str ",
                                                      "#",
                                                      "\t",
                                                      "\r\n",
                                                      "%YAML ",
                                                      "\xEF\xBB\xBF",
                                                      "\xFF",
                                                      "\\u",
                                                      "\\ud83d",
                                                      "null",
                                                      "~",
                                                      "0x",
                                                      "1e999",
                                                      "-0",
                                                      "? ",
                                                      "\n",
                                                      "  ",
                                                      "9223372036854775808",
                                                      ".nan",
                                                      "true",
                                                      "y",
                                                      "Gi",
                                                      "\0"};

std::string changed(const std::vector<std::string>& corpus, Random& random) {
  std::string text = corpus[random.below(corpus.size())];
  const std::size_t changes = 1 + random.below(4);
  for (std::size_t i = 0; i < changes; ++i) {
    const std::size_t at = random.below(text.size() + 1);
    const std::size_t length = random.below(std::min<std::size_t>(text.size() - at, 40) + 1);
    switch (random.below(6)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(at, length));
        break;
      case 2:
        text.insert(at, kPieces[random.below(kPieces.size())]);
        break;
      case 3:
        if (at < text.size()) text[at] = static_cast<char>(random.below(256));
        break;
      case 4: {
        const std::string& other = corpus[random.below(corpus.size())];
        text.resize(at);
        text += other.substr(random.below(other.size() + 1));
        break;
      }
      default:
        text.resize(at);
    }
  }
  if (text.size() > kLargest) text.resize(kLargest);
  return text;
}

void run(std::string_view text) {
  // A copy of just that size, so that reading past its end is noticed.
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  static const bool keep = std::getenv("KAITO_FUZZ_KEEP") != nullptr;
  if (keep) std::ofstream("last-input.bin", std::ios::binary) << text;
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::vector<std::string> read(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> corpus;
  std::size_t runs = 0;
  std::uint64_t seed = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--runs" && i + 1 < argc) {
      runs = std::strtoul(argv[++i], nullptr, 10);
    } else if (word == "--seed" && i + 1 < argc) {
      seed = std::strtoul(argv[++i], nullptr, 10);
    } else {
      for (std::string& text : read(std::string(word)))
        corpus.push_back(std::move(text));
    }
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "usage: %s FOLDER... [--runs N] [--seed S]\n", argv[0]);
    return 2;
  }
  for (const std::string& text : corpus)
    run(text);
  Random random(seed);
  for (std::size_t i = 0; i < runs; ++i)
    run(changed(corpus, random));
  std::printf("%zu files, %zu changed inputs\n", corpus.size(), runs);
  return 0;
}
