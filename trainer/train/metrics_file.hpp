#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>

#include "train/hooks.hpp"

namespace trainer::train {

// OUT/metrics.jsonl: each row as a line, in the file when logged() returns (flushed to the kernel:
// it survives the process, not a power cut). Begun afresh; a resumed run appends. Throws Error(kIo)
// when it cannot be written.
class MetricsFile : public Hook {
 public:
  explicit MetricsFile(const std::filesystem::path& file);
  void began(const TrainerState& state) override;
  void logged(const Row& row) override;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace trainer::train
