#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/uuid.hpp"
#include "spool/layout.hpp"
#include "spool/writer.hpp"

namespace relay_test {

// The value of key "loss" at a step: the checker needs no memory of what was logged.
inline double loss_at(std::int64_t step) {
  return 1.0 / static_cast<double>(step + 3) + static_cast<double>(step % 7);
}

// A writer's log under a tracker directory, written by the real writer of this process.
class TestSpool {
 public:
  explicit TestSpool(const std::filesystem::path& root, std::size_t segment_bytes = 1u << 20)
      : run_id_(tracker::base::make_uuid()),
        writer_id_(tracker::base::make_uuid()),
        directory_(tracker::spool::writer_directory(root, run_id_, writer_id_)) {
    std::filesystem::create_directories(directory_);
    tracker::spool::WriterOptions options;
    options.directory = directory_;
    options.run_id = run_id_;
    options.writer_id = writer_id_;
    options.segment_bytes = segment_bytes;
    writer_ = std::make_unique<tracker::spool::Writer>(options);
    tracker::spool::WriterInfo info;
    info.run_id = run_id_;
    info.writer_id = writer_id_;
    info.project = "p";
    info.name = "a-run";
    info.created_us = 1;
    tracker::spool::write_info(directory_, info);
    tracker::spool::RunStart start;
    start.run_id = run_id_;
    start.writer_id = writer_id_;
    start.project = "p";
    start.name = "a-run";
    start.started_us = 1;
    start.environment_json = "{}";
    writer_->append(start);
  }

  // Rows [from, to).
  void log(std::int64_t from, std::int64_t to) {
    const auto key = writer_->key("loss").value();
    for (std::int64_t step = from; step < to; ++step) {
      const tracker::spool::KeyValue value{key, loss_at(step)};
      writer_->append(tracker::spool::Writer::Values{step, step * 1000, std::span(&value, 1)});
    }
  }
  void finish() {
    tracker::spool::Finish finish;
    finish.state = tracker::spool::EndState::kFinished;
    finish.time_us = 9;
    finish.exit_code = 0;
    writer_->append(finish);
  }
  void close() { writer_.reset(); }

  tracker::spool::Writer& writer() { return *writer_; }
  const std::string& run_id() const { return run_id_; }
  const std::string& writer_id() const { return writer_id_; }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::string run_id_, writer_id_;
  std::filesystem::path directory_;
  std::unique_ptr<tracker::spool::Writer> writer_;
};

}  // namespace relay_test
