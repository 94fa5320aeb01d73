#include "shell.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "cases.hpp"
#include "kaito/json/json.hpp"

namespace kaito::render::test {

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "kaito-render.XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;  // the system clears what stays
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::text(const std::string& name) const {
  return read_file(path_ / name);
}

bool Folder::has(const std::string& name) const {
  return std::filesystem::exists(path_ / name);
}

void Folder::write(const std::string& name, const std::string& text) const {
  std::filesystem::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name) << text;
}

void Folder::add_program(const std::string& name, const std::string& script) const {
  write("bin/" + name,
        "#!/bin/sh\necho \"" + name + " $*\" >>'" + (path_ / "calls").string() + "'\n" + script);
  std::filesystem::permissions(path_ / "bin" / name, std::filesystem::perms::owner_all);
}

Ran run_in_shell(const Folder& folder, const std::string& script) {
  const std::string here = folder.path().string();
  folder.write("script", script);
  const std::string command = "cd '" + here + "' && HOME='" + here + "' TMPDIR='" + here +
                              "' PATH='" + here + "'/bin:\"$PATH\" timeout 20 sh ./script 2>errors";
  std::FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): our own script
  REQUIRE(pipe != nullptr);
  Ran ran;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    ran.out += static_cast<char>(c);
  const int status = ::pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

void find_command_lines(const json::Value& value, std::vector<std::string>& out) {
  if (value.is_array()) {
    const auto& list = value.get_array();
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i].is_string() && i > 0 && list[i - 1].is_string() &&
          list[i - 1].get_string() == "-c")
        out.emplace_back(list[i].get_string());
      find_command_lines(list[i], out);
    }
  }
  if (!value.is_object()) return;
  const auto* args = json::find(value, {"args"});
  const auto* command = json::find(value, {"command"});
  if (args != nullptr && args->is_array() && command != nullptr)
    for (const auto& text : args->get_array())
      out.emplace_back(text.as_string());
  for (const auto& member : value.get_object())
    find_command_lines(member.value(), out);
}

}  // namespace kaito::render::test
