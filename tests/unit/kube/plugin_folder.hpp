#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

namespace kaito::kube::test {

/// A folder of exec plugins that are shell scripts, gone at the end.
class PluginFolder {
 public:
  PluginFolder() {
    static std::atomic<int> made{0};
    folder_ = std::filesystem::temp_directory_path() /
              ("kaito-plugins-" + std::to_string(::getpid()) + "-" + std::to_string(made++));
    std::filesystem::create_directories(folder_);
  }
  ~PluginFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  PluginFolder(const PluginFolder&) = delete;
  PluginFolder& operator=(const PluginFolder&) = delete;

  [[nodiscard]] std::string path(const std::string& name = "") const {
    return name.empty() ? folder_.string() : (folder_ / name).string();
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// A program of that name; in it, $here is the folder. Each run adds a line to "NAME.runs".
  void plugin(const std::string& name, const std::string& script) const {
    write(name, "#!/bin/sh\nhere='" + path() + "'\necho run >> \"$here/" + name + ".runs\"\n" +
                    script + "\n");
    std::filesystem::permissions(path(name), std::filesystem::perms::owner_all);
  }

  /// One that prints the credential with these members in its status.
  void printing(const std::string& name, const std::string& status,
                const std::string& version = "v1") const {
    plugin(name, "cat <<'END'\n" + credential(status, version) + "\nEND");
  }

  [[nodiscard]] static std::string credential(const std::string& status,
                                              const std::string& version = "v1") {
    return R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/)" + version +
           R"(","status":{)" + status + "}}";
  }

  [[nodiscard]] long runs(const std::string& name) const {
    const auto lines = read(name + ".runs");
    return std::count(lines.begin(), lines.end(), '\n');
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace kaito::kube::test
