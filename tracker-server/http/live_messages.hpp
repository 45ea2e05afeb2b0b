#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/ids.hpp"
#include "frame/frame.hpp"

// Texts of the live WebSocket (docs/http-api.md, "Live"). Pure.
namespace tracker::http {

using SharedFrame = std::shared_ptr<const spool::Frame>;

struct CursorRange {
  std::string from, to;
};

// {"points":…}: what the frames logged, per key in log order. Absent if they logged nothing.
std::optional<std::string> points_message(core::RunId run, const CursorRange& range,
                                          std::span<const SharedFrame> frames);

// {"logs":…} of one stream: lines by number, the text written last. Absent if there are none.
std::optional<std::string> logs_message(core::RunId run, spool::ConsoleStream stream,
                                        std::span<const SharedFrame> frames);

// The subscription stands at the cursor: what is committed behind it comes.
std::string subscribed_message(core::RunId run, const std::string& cursor);
std::string resync_message(core::RunId run);
std::string resync_message(const std::string& project);
std::string hello_message(std::string_view version);
std::string error_message(std::string_view code, const std::string& text);

// Does one of them take back what was logged before (a rewind)?
bool takes_back(std::span<const SharedFrame> frames) noexcept;

// How much of a feed a frame takes: numbers and bytes of text.
std::size_t weight_of(const spool::Frame& frame) noexcept;

// What a client asks for. Throws Error(kInvalidArgument).
struct LiveCommand {
  enum class Kind { kSubscribe, kUnsubscribe } kind = Kind::kSubscribe;
  std::optional<core::RunId> run;  // exactly one of run and project
  std::optional<std::string> project;
  std::optional<std::string> cursor;
};
LiveCommand parse_command(std::string_view text);

}  // namespace tracker::http
