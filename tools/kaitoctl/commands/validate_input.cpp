#include "commands/validate_input.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string_view>

namespace kaitoctl::commands {

namespace {

using kaito::ErrorCode;
using kaito::Result;

constexpr unsigned kDeepest = 32;  ///< folders within folders: links may make rings

bool is_ours(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

/// What is in the folder; nothing when it is none.
std::optional<std::vector<std::string>> names_in(Context& context, const std::string& path) {
  const auto& list = context.environment().list_folder;
  auto names = list ? list(path) : Result<std::vector<std::string>>();
  if (!list || !names) return std::nullopt;
  std::sort(names->begin(), names->end());
  return std::move(*names);
}

void add_folder(Context& context, const std::string& folder, const std::vector<std::string>& names,
                bool recursive, unsigned depth, std::vector<InputFile>& files) {
  for (const auto& name : names) {
    const std::string path = joined(folder, name);
    if (is_ours(name)) {
      files.push_back({path, false});
    } else if (recursive && depth < kDeepest && !name.starts_with('.')) {
      if (const auto below = names_in(context, path))
        add_folder(context, path, *below, recursive, depth + 1, files);
    }
  }
}

Result<std::unique_ptr<std::istream>> open(Context& context, const std::string& path) {
  const auto& environment = context.environment();
  if (environment.open_file) return environment.open_file(path);
  KAITO_TRY(auto text, environment.read_file(path));
  return std::unique_ptr<std::istream>(std::make_unique<std::istringstream>(std::move(text)));
}

}  // namespace

Result<std::vector<InputFile>> input_files(Context& context,
                                           const std::vector<std::string>& arguments,
                                           bool recursive) {
  std::vector<InputFile> files;
  for (const auto& argument : arguments) {
    const auto names = argument == "-" ? std::nullopt : names_in(context, argument);
    if (!names) {
      files.push_back({argument, true});
      continue;
    }
    const std::size_t before = files.size();
    add_folder(context, argument, *names, recursive, 0, files);
    if (files.size() == before)
      return kaito::fail(ErrorCode::usage, argument + " holds no .yaml, .yml or .json file",
                         recursive ? "" : "-R looks in the folders below it too");
  }
  return files;
}

Result<void> review_file(Context& context, const InputFile& file, kaito::validate::Review& review) {
  std::unique_ptr<std::istream> stream;
  if (file.path != "-") {
    auto opened = open(context, file.path);
    if (!opened) return kaito::fail(ErrorCode::parse, opened.error().message);
    stream = std::move(*opened);
  }
  std::istream& source = stream ? *stream : *context.environment().in;
  kaito::json::YamlReader reader(kaito::json::bytes_of(source), file.path);
  const std::size_t before = review.counts().documents;
  for (;;) {
    auto document = reader.next();
    if (document) {
      if (!*document) break;
      review.add(**document);
    } else if (const auto& problem = reader.problem()) {
      review.add_broken(problem->place, problem->message);
    } else {
      return kaito::fail(ErrorCode::parse,
                         "cannot read " + file.path + ": " + document.error().message);
    }
  }
  if (review.counts().documents == before && file.named)
    return kaito::fail(ErrorCode::parse,
                       (file.path == "-" ? "stdin" : file.path) + " holds no document");
  return {};
}

std::optional<std::string> SourceLines::at(const kaito::SourcePlace& place) {
  if (place.file == "-" || place.line == 0) return std::nullopt;
  if (place.file != file_ || place.line < number_) {
    auto opened = open(*context_, place.file);
    if (!opened) return std::nullopt;
    stream_ = std::move(*opened);
    file_ = place.file;
    number_ = 0;
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  while (number_ < place.line) {
    if (!std::getline(*stream_, line_)) return std::nullopt;
    if (++number_ == 1 && line_.starts_with(kByteOrderMark)) line_.erase(0, kByteOrderMark.size());
    if (line_.ends_with('\r')) line_.pop_back();
  }
  return line_;
}

}  // namespace kaitoctl::commands
