// The cluster that kubectl would take, from the environment of this process.
#pragma once

#include <kaito/kube/client.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

inline kaito::Result<std::unique_ptr<kaito::kube::Client>> connect() {
  kaito::kube::Surroundings surroundings;
  surroundings.read_file = [](const std::string& path) -> kaito::Result<std::string> {
    std::ifstream file(path, std::ios::binary);
    if (!file) return kaito::fail(kaito::ErrorCode::not_found, "no file " + path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  surroundings.variable = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  surroundings.home = surroundings.variable("HOME").value_or("");
  surroundings.working_directory = std::filesystem::current_path().string();
  // For exec plugins (aws, kubelogin, gke-gcloud-auth-plugin): they see what we see.
  for (char** entry = environ; *entry != nullptr; ++entry)
    surroundings.environment.emplace_back(*entry);
  surroundings.stdin_available = [] { return ::isatty(STDIN_FILENO) != 0; };
  KAITO_TRY(auto config, kaito::kube::load_cluster_config({}, surroundings));
  return kaito::kube::Client::create(std::move(config));
}
