#pragma once

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "kaito/base/error.hpp"

namespace kaito::kube {

/// What is wrong with a configuration. Looking goes on after the first problem, so that a person is
/// told of all of them at once.
class Problems {
 public:
  void add(std::string message, std::string hint = {}) {
    add(Error{ErrorCode::invalid, std::move(message), {}, std::move(hint), nullptr});
  }
  void add(Error error) { errors_.push_back(std::move(error)); }
  void add(std::vector<Error> errors) {
    errors_.insert(errors_.end(), std::make_move_iterator(errors.begin()),
                   std::make_move_iterator(errors.end()));
  }

  [[nodiscard]] bool empty() const { return errors_.empty(); }
  /// All as one: a line each, with the hints that there are. REQUIRES: !empty().
  [[nodiscard]] Error error() const;

 private:
  std::vector<Error> errors_;
};

}  // namespace kaito::kube
