#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kube/api_server.hpp"

namespace kaito::kube {

/// What the server serves, asked for when it is needed and remembered for a while. That a thing is
/// not there is not remembered: it may come any moment. Thread-safe. Source: kubernetes-client.md
/// 3.3.
class Discovery {
 public:
  explicit Discovery(std::shared_ptr<ApiServer> server) : server_(std::move(server)) {}

  /// As the members of Client of the same names.
  [[nodiscard]] Result<std::vector<std::string>> served_versions(std::string_view group,
                                                                 const CallLimits& limits);
  [[nodiscard]] Result<bool> serves(const k8s::ResourceType& type, const CallLimits& limits);
  void forget();

 private:
  using Clock = std::chrono::steady_clock;
  template <class Value>
  struct Remembered {
    Value value;
    Clock::time_point since;
  };

  const std::shared_ptr<ApiServer> server_;
  std::mutex mutex_;
  std::map<std::string, Remembered<std::vector<std::string>>, std::less<>> versions_;  ///< by group
  std::map<std::string, Remembered<std::set<std::string>>> plurals_;  ///< by group version's path
};

[[nodiscard]] Result<std::string> server_version(ApiServer& server, const CallLimits& limits);

}  // namespace kaito::kube
