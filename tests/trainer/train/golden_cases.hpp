#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "support/directories.hpp"

namespace trainer::test {

// tests/golden/NAME/cases.json, made by make_NAME_goldens.py: an array of objects.
inline nlohmann::json golden_cases(const std::string& name) {
  std::ifstream in(std::string(TRACKER_SOURCE_DIR) + "/tests/golden/" + name + "/cases.json");
  nlohmann::json cases = nlohmann::json::parse(in);
  EXPECT_GT(cases.size(), 10U) << name;
  return cases;
}

}  // namespace trainer::test
