#pragma once

#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "context.hpp"
#include "kaito/json/yaml.hpp"
#include "kaito/validate/review.hpp"

namespace kaitoctl::commands {

/// One file to be read; "-" is stdin.
struct InputFile {
  std::string path;
  bool named = false;  ///< by the user, not found in a folder
};

/// The files behind the -f arguments: folders give their *.yaml, *.yml and *.json files, sorted,
/// and with `recursive` those of the folders in them. Errors: usage, when there are none.
[[nodiscard]] kaito::Result<std::vector<InputFile>> input_files(
    Context& context, const std::vector<std::string>& arguments, bool recursive);

/// Reads the file document by document into the review. A document that cannot be read is a
/// finding. Errors: parse, when the file cannot be read, or was named and holds no document.
[[nodiscard]] kaito::Result<void> review_file(Context& context, const InputFile& file,
                                              kaito::validate::Review& review);

/// Lines of the files that are read, found by reading along behind: no file is held.
class SourceLines {
 public:
  explicit SourceLines(Context& context) : context_(&context) {}
  /// Without its line end; nothing for stdin and where there is no such line.
  [[nodiscard]] std::optional<std::string> at(const kaito::SourcePlace& place);

 private:
  Context* context_;
  std::string file_;
  std::unique_ptr<std::istream> stream_;
  unsigned number_ = 0;  ///< of line_
  std::string line_;
};

}  // namespace kaitoctl::commands
