// The parts of the relay that need no server: the window, the back-off, addresses, and how a
// process ended.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tracker/error.hpp>

#include "relay/backoff.hpp"
#include "relay/discovery.hpp"
#include "relay/process_watch.hpp"
#include "relay/window.hpp"
#include "relay/writer_end.hpp"
#include "sdk/relay/test_spool.hpp"
#include "spool/reader.hpp"
#include "spool/segment.hpp"
#include "support/temp_directory.hpp"

namespace {

using tracker::relay::Backoff;
using tracker::relay::ExitStatus;
using tracker::relay::ProcessWatch;
using tracker::relay::Window;
using tracker::spool::Offset;

TEST(Window, acknowledgements_make_room) {
  Window window(Offset{100}, 1000);
  window.sent(Offset{200}, 600);
  EXPECT_TRUE(window.has_room_for(400));
  EXPECT_FALSE(window.has_room_for(401));
  window.sent(Offset{300}, 400);
  EXPECT_FALSE(window.has_room());
  EXPECT_TRUE(window.ack(Offset{200}));
  EXPECT_TRUE(window.has_room_for(600));
  EXPECT_TRUE(window.ack(Offset{300}));
  EXPECT_TRUE(window.empty());
  EXPECT_EQ(window.acked(), Offset{300});
}

TEST(Window, frame_larger_than_the_window_travels_alone) {
  Window window(Offset{0}, 10);
  EXPECT_TRUE(window.has_room_for(11));
  window.sent(Offset{8}, 11);
  EXPECT_FALSE(window.has_room_for(1));
}

TEST(Window, impossible_acknowledgements_are_not_believed) {
  Window window(Offset{100}, 1000);
  window.sent(Offset{200}, 1);
  EXPECT_FALSE(window.ack(Offset{201}));
  EXPECT_FALSE(window.ack(Offset{99}));
  EXPECT_TRUE(window.ack(Offset{100}));
  EXPECT_FALSE(window.empty());
}

TEST(Backoff, waits_grow_to_the_limit_and_start_anew_after_a_success) {
  using std::chrono::milliseconds;
  Backoff backoff(
      1, {.shortest = milliseconds(5), .base = milliseconds(100), .longest = milliseconds(1000)});
  milliseconds longest{0};
  EXPECT_LE(backoff.next(), milliseconds(100));
  for (int i = 0; i < 200; ++i) {
    const auto wait = backoff.next();
    EXPECT_GE(wait, milliseconds(5));
    EXPECT_LE(wait, milliseconds(1000));
    longest = std::max(longest, wait);
  }
  EXPECT_GT(longest, milliseconds(900));
  backoff.reset();
  EXPECT_LE(backoff.next(), milliseconds(100));
}

TEST(Address, is_brought_into_one_form) {
  using tracker::relay::normalize_url;
  EXPECT_EQ(normalize_url("http://127.0.0.1:8080/"), "http://127.0.0.1:8080");
  EXPECT_EQ(normalize_url("Tracker.Example:81"), "http://tracker.example:81");
  EXPECT_EQ(normalize_url("https://h/base/"), "https://h/base");
  EXPECT_EQ(normalize_url("http://[::1]:8080"), "http://[::1]:8080");
  for (const char* bad : {"", "ftp://h", "http://", "http://h:99999999"}) {
    EXPECT_THROW(normalize_url(bad), tracker::Error) << bad;
  }
}

// A child that waits for a signal, or for a word to exit with `code`.
class Child {
 public:
  explicit Child(int code) {
    EXPECT_EQ(pipe(pipe_), 0);
    pid_ = fork();
    if (pid_ != 0) return;
    close(pipe_[1]);
    char word;
    if (read(pipe_[0], &word, 1) <= 0) _exit(99);
    _exit(code);
  }
  ~Child() {
    close(pipe_[0]);
    close(pipe_[1]);
    if (!reaped_) reap();
  }
  void tell_to_exit() const { EXPECT_EQ(write(pipe_[1], "x", 1), 1); }
  void reap() {
    waitpid(pid_, nullptr, 0);
    reaped_ = true;
  }
  pid_t pid() const { return pid_; }

 private:
  int pipe_[2];
  pid_t pid_ = -1;
  bool reaped_ = false;
};

ExitStatus await(const ProcessWatch& watch) {
  pollfd polled{watch.descriptor(), POLLIN, 0};
  EXPECT_EQ(poll(&polled, 1, 20'000), 1);
  return watch.ended().value_or(ExitStatus{});
}

TEST(ProcessWatch, tells_the_signal_though_the_parent_collects_the_child_at_once) {
  for (int i = 0; i < 20; ++i) {
    Child child(0);
    ProcessWatch watch(child.pid());
    EXPECT_FALSE(watch.ended());
    kill(child.pid(), SIGKILL);
    child.reap();
    const ExitStatus status = await(watch);
    EXPECT_EQ(status.signal, SIGKILL);
    EXPECT_FALSE(status.exit_code);
  }
}

// A signal that no sanitizer handles: one that does turns SIGSEGV into an exit code.
TEST(ProcessWatch, tells_the_signal_of_a_zombie_that_nobody_collects) {
  Child child(0);
  ProcessWatch watch(child.pid());
  kill(child.pid(), SIGTERM);
  EXPECT_EQ(await(watch).signal, SIGTERM);
}

TEST(ProcessWatch, tells_the_exit_code) {
  Child child(3);
  ProcessWatch watch(child.pid());
  child.tell_to_exit();
  child.reap();
  EXPECT_EQ(await(watch).exit_code, 3);
}

TEST(ProcessWatch, knows_nothing_of_a_process_that_was_gone_before) {
  Child child(3);
  child.tell_to_exit();
  child.reap();
  ProcessWatch watch(child.pid());
  ASSERT_TRUE(watch.ended());
  EXPECT_FALSE(watch.ended()->exit_code);
}

TEST(FinishOf, names_what_ended_the_process) {
  using tracker::relay::finish_of;
  using tracker::spool::EndState;
  const auto killed = finish_of({.exit_code = std::nullopt, .signal = SIGKILL}, 7);
  EXPECT_EQ(killed.state, EndState::kCrashed);
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_EQ(killed.reason, "killed by SIGKILL");
  EXPECT_EQ(killed.time_us, 7);
  EXPECT_EQ(finish_of({.exit_code = std::nullopt, .signal = SIGINT}, 7).state, EndState::kStopped);
  EXPECT_EQ(finish_of({.exit_code = 3, .signal = std::nullopt}, 7).reason,
            "exited with code 3 without finishing the run");
  EXPECT_EQ(finish_of({}, 7).state, EndState::kCrashed);
}

// A disk that fails for a while must not leave a run without its end.
TEST(WriterEnd, end_that_the_disk_does_not_take_is_tried_again) {
  namespace spool = tracker::spool;
  const tracker::test::TempDirectory root;
  relay_test::TestSpool log(root.path());
  log.log(0, 3);
  log.close();
  const auto segment = spool::segment_path(log.directory(), Offset{0});
  const auto aside = log.directory() / "aside";
  std::filesystem::rename(segment, aside);
  std::filesystem::create_directory(segment);  // it can be opened, and reading it is an error
  tracker::relay::WriterEnd end(log.directory(), 0, [](const std::string&) {});
  EXPECT_FALSE(end.settled());
  EXPECT_FALSE(end.since());
  std::filesystem::remove(segment);
  std::filesystem::rename(aside, segment);
  while (!end.settled()) {
  }
  spool::Reader reader(log.directory(), Offset{0});
  bool finished = false;
  for (auto next = reader.next(); const auto* entry = std::get_if<spool::Entry>(&next);
       next = reader.next())
    finished = std::holds_alternative<spool::Finish>(entry->record);
  EXPECT_TRUE(finished);
}

}  // namespace
