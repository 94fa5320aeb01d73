// Every transcript of tests/cli/transcripts, run again in this process. KAITO_UPDATE_GOLDEN=1
// rewrites them to what the commands answer now and fails the case, so that an update is never
// taken for a pass.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "support/repository.hpp"
#include "transcript.hpp"

namespace kaito::test {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(repository() / "tests/cli/transcripts"))
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE("transcripts") {
  const auto folder = repository() / "tests/cli/files";
  const bool update =
      std::getenv("KAITO_UPDATE_GOLDEN") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  for (const auto& file : transcripts()) {
    CAPTURE(file.filename().string());
    const auto text = read(file);
    auto steps = read_transcript(text);
    CHECK_FALSE(steps.empty());
    for (auto& step : steps) {
      const Step ran = run_step(step, folder);
      CAPTURE(step.command);
      CHECK(ran.out == step.out);
      CHECK(ran.err == step.err);
      CHECK(ran.exit_code == step.exit_code);
      step = ran;
    }
    if (update && write_transcript(steps) != text) std::ofstream(file) << write_transcript(steps);
  }
}

TEST_CASE("a transcript reads back as it was written") {
  const std::string text =
      "# prose\n\n@ terminal 100\n@ env A=b c\n$ kaitoctl x 'y z'\n< in\n| out\n|\n! no end\\\n= "
      "5\n"
      "# more\n$ kaitoctl w\n";
  const auto steps = read_transcript(text);
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].terminal_width == 100);
  CHECK(steps[0].variables.at("A") == "b c");
  CHECK(steps[0].out == "out\n\n");
  CHECK(steps[0].err == "no end");
  CHECK(steps[0].exit_code == 5);
  CHECK(write_transcript(steps) == text);
}

}  // namespace
}  // namespace kaito::test
