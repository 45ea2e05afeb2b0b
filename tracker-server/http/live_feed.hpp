#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "http/live_messages.hpp"
#include "storage/frame_tails.hpp"

// The newest frames of one run, in order, each once, whichever server committed them. A position in
// it is how far each writer's log has been taken, so it means the same on every server of the
// database: a tab may go on at another one. What this server commits is put in at once; what others
// committed is read from the database. Both fit together by their offsets: a frame goes in only if
// it begins where the feed stands. No threads, no database.
namespace tracker::http {

using storage::LogPosition;

// Text of a position for clients, opaque to them. Empty when the run has more writers than a text
// holds: such a tab reads the series again when it comes back.
std::string cursor_text(const LogPosition& position);
// Nothing for a text that is no position.
std::optional<LogPosition> parse_cursor(std::string_view text);

class LiveFeed {
 public:
  // `weight`: of the frames that are kept, see weight_of(). None is kept for more than a minute:
  // thousands of slow runs may be watched, and each frame has an overhead.
  explicit LiveFeed(std::size_t weight) : weight_limit_(weight) {}

  // Before the database was first read nobody knows where the writers stand.
  bool open() const noexcept { return open_; }

  // Frames from there on are wanted too, if they can still be had.
  void want(const LogPosition& from);
  // What to read: from where the feed stands, or below for who wanted it. To be wanted again if it
  // cannot be read.
  storage::TailRequest request(core::RunId run);

  // A commit of this server. False if something before it is missing here: the database has both.
  bool publish(const storage::TailFrame& frame, std::int64_t now_us);
  // What was read for request(), which may have been a while ago. False if something is missing all
  // the same: read again.
  bool apply(const storage::FrameTail& tail, std::int64_t now_us);

  // Where the feed ends.
  const LogPosition& end() const noexcept { return end_; }
  // Where the writers stood when it was opened: where a tab begins that has not read before.
  const LogPosition& opened_at() const noexcept { return opened_at_; }
  // Is all between `at` and the end here?
  bool covers(const LogPosition& at) const;
  // Right after apply(): then nobody has committed so much, the database may be an older copy.
  bool ends_before(const LogPosition& at) const;
  // In order.
  std::vector<SharedFrame> since(const LogPosition& at) const;
  // When the first of them came to this server; nothing if there are none.
  std::optional<std::int64_t> news_since(const LogPosition& at) const;

 private:
  struct Entry {
    storage::TailFrame frame;
    std::size_t weight = 0;
    std::int64_t came_us = 0;
  };

  void settle(core::WriterId writer, const storage::WriterTail& place,
              std::vector<storage::TailFrame>& above);
  void take_out(core::WriterId writer, std::vector<storage::TailFrame>* into);
  void append_if_next(const storage::TailFrame& frame, std::int64_t now_us);
  void append(const storage::TailFrame& frame, std::int64_t now_us);
  void trim(std::int64_t now_us);

  std::size_t weight_limit_;
  bool open_ = false;
  std::optional<LogPosition> wanted_;
  std::vector<storage::TailFrame> held_;  // published before it was open
  std::size_t held_weight_ = 0;
  std::deque<Entry> entries_;
  std::size_t weight_ = 0;
  LogPosition begin_, end_, opened_at_;  // entries are the frames between the first two
};

}  // namespace tracker::http
