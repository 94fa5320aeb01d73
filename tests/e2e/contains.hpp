#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace kaito::e2e {

/// CHECK(text == Contains(part)): shows both when it does not hold.
class Contains {
 public:
  explicit Contains(std::string part) : part_(std::move(part)) {}
  friend bool operator==(const std::string& text, const Contains& wanted) {
    return text.find(wanted.part_) != std::string::npos;
  }
  friend std::ostream& operator<<(std::ostream& stream, const Contains& wanted) {
    return stream << "a text with \"" << wanted.part_ << '"';
  }

 private:
  std::string part_;
};

}  // namespace kaito::e2e
