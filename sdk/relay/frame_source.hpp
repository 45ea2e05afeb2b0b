#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "frame/frame_builder.hpp"
#include "spool/reader.hpp"

namespace tracker::relay {

// A range of the log, ready to be sent.
struct CutFrame {
  spool::Offset from, to;
  std::string payload;
};

// Cuts a log into frames, from an offset on, while it is being written. It reads no further than
// the frame at hand. One thread.
class FrameSource {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    std::size_t raw_bytes =
        256 * 1024;  // of log in one frame; a longer record is a frame of its own
    std::chrono::milliseconds age{100};  // a record waits no longer for others
    // Kinds above spool::kLastCommonKind that the server keeps. Of the others one Gap tells.
    std::set<spool::RecordKind> kinds{};
  };

  // Throws as Reader does.
  FrameSource(const std::filesystem::path& writer_directory, spool::Offset from,
              const Limits& limits);

  // The next frame, or nothing as long as there is too little to be worth one. After a Finish,
  // after damage, and at the end of a dead writer's log, what there is is worth one. Throws as
  // FrameBuilder does.
  std::optional<CutFrame> next(Clock::time_point now);

  // The log will not grow any more: holes of killed threads are passed over.
  void writer_is_dead();

  // Everything that is there now was handed out.
  bool at_end() const noexcept { return at_end_ && builder_.empty(); }
  // The writer is dead and its log was read to the end: nothing will ever be added.
  bool all_read() const noexcept { return dead_ && at_end_; }
  // Behind the Finish record, once it was read: nothing comes after it.
  std::optional<spool::Offset> finish() const noexcept { return finish_; }
  // Nothing behind this can be read; `at` is the end of what can.
  const std::optional<spool::Corrupt>& damage() const noexcept { return damage_; }

 private:
  bool read_on();
  CutFrame cut();
  void add(const spool::Entry& entry);

  Limits limits_;
  spool::Reader reader_;
  spool::FrameBuilder builder_;
  spool::Offset from_, to_;    // of the frame at hand
  Clock::time_point since_{};  // when it got its first record
  bool waiting_ = false;       // has it one?
  bool at_end_ = false, dead_ = false;
  bool told_ = false;  // that the server does not keep all kinds
  std::optional<spool::Offset> finish_;
  std::optional<spool::Corrupt> damage_;
};

}  // namespace tracker::relay
