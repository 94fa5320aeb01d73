#pragma once

#include <filesystem>

namespace kaito::test {

/// The checkout that this test was built from: tests read its examples, presets and golden files.
std::filesystem::path repository();

}  // namespace kaito::test
