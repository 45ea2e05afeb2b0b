#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace tracker::cli {

// Names of the files that media of a run are written to: "eval_samples-20.png", the second of the
// same key and step "eval_samples-20-2.png". Whatever a key holds, the name stays in its folder and
// is visible there: other bytes than letters, digits, '.', '_' and '-' are '_', and so is a first
// '.'.
class MediaFiles {
 public:
  std::string name(const std::string& key, std::int64_t step, const std::string& content_type);

 private:
  std::set<std::string> given_;
};

}  // namespace tracker::cli
