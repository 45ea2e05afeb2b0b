#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "spool/record.hpp"

// The few words that a writer and its relay say to each other, in a mapped file `control` beside
// the segments. It is advice, not truth: the log is the truth about what was logged, the server
// about what was acknowledged. Losing the file loses nothing.
namespace tracker::spool {

enum class RelayState : std::uint32_t {
  kNone = 0,
  kStarting = 1,
  kOnline = 2,
  kOffline = 3,
  kRefused = 4,
  kDone = 5
};

struct ControlState {
  Offset acked{};
  RelayState relay = RelayState::kNone;
  std::string relay_message, run_url;
  std::int32_t writer_pid = 0;
};

// What the server said about a run that was to be resumed.
struct Resumed {
  bool existed = false;
  std::int64_t next_step = 0;
};

class Control {
 public:
  // Opens or creates the file. Throws Error when it cannot be mapped.
  explicit Control(const std::filesystem::path& writer_directory);
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  // Written by the relay, read by the SDK; set_relay() also by the SDK before it starts a relay,
  // and when it cannot.
  void set_acked(Offset offset) noexcept;
  Offset acked() const noexcept;
  void set_relay(RelayState state, const std::string& message) noexcept;
  RelayState relay() const noexcept;
  std::string relay_message() const;  // at most 1,000 bytes
  void set_run_url(const std::string& url) noexcept;
  std::string run_url() const;

  // Likewise: the server's answer to WriterInfo::resume; nothing before it came.
  void set_resumed(const Resumed& resumed) noexcept;
  std::optional<Resumed> resumed() const noexcept;

  // Written by the SDK, read by the relay.
  void set_writer_pid(std::int32_t pid) noexcept;
  std::int32_t writer_pid() const noexcept;

 private:
  friend std::optional<ControlState> read_control(const std::filesystem::path&);
  struct Page;
  Page* page_ = nullptr;
};

// What the file says at one moment, read without touching it. Nothing if it is not there, or is no
// control file.
std::optional<ControlState> read_control(const std::filesystem::path& writer_directory);

}  // namespace tracker::spool
