#include "train/metrics_file.hpp"

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "train/row_json.hpp"

namespace trainer::train {

MetricsFile::MetricsFile(const std::filesystem::path& file) : path_(file) {}

void MetricsFile::began(const TrainerState& state) {
  file_.reset(std::fopen(path_.c_str(), state.global_step > 0 ? "ae" : "we"));
  if (!file_)
    throw Error(ErrorCode::kIo, path_.string() + ": cannot be written: " + std::strerror(errno));
}

void MetricsFile::logged(const Row& row) {
  const std::string line = to_json(row).dump() + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
      std::fflush(file_.get()) != 0) {
    throw Error(ErrorCode::kIo, path_.string() + ": cannot be written: " + std::strerror(errno));
  }
}

}  // namespace trainer::train
