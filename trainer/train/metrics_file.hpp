#pragma once

#include <filesystem>
#include <string>

#include "hub/disk.hpp"
#include "train/hooks.hpp"

namespace trainer::train {

// OUT/metrics.jsonl: each row as a line, in the file when logged() returns (it survives the
// process, not a power cut). Begun afresh; a resumed run appends. A file that cannot be opened is
// Error(kIo) when training begins; a disk that is full later on is said once, and what it
// had no room for is written when there is room again.
class MetricsFile : public Hook {
 public:
  MetricsFile(const std::filesystem::path& file, Say say);
  void began(const TrainerState& state) override;
  void logged(const Row& row) override;

 private:
  void write_pending();

  std::filesystem::path path_;
  Say say_;
  hub::FileDescriptor file_;
  std::string pending_;  // bytes that are not in the file yet
  bool failing_ = false;
};

}  // namespace trainer::train
