#pragma once

#include <string>
#include <string_view>

// The id under which one request, call or stream stands in the log. Any thread.
namespace tracker::core {

// What a client may choose for itself (X-Request-Id): 1 to 64 letters, digits, `.`, `_` and `-`, so
// that it needs no escape anywhere.
bool is_request_id(std::string_view text) noexcept;

// A new one, of 16 characters; no two of this process are alike, of two processes hardly ever.
std::string make_request_id();

// The client's if it may be taken, else a new one.
std::string request_id(std::string_view from_client);

// Which requests get a line of the log at `info`; the others that are logged get one at `debug`.
enum class AccessLog {
  kOff,     // none; failures of the server are said all the same
  kWrites,  // those that may change something at info, the others at debug
  kAll,     // all at info
};

}  // namespace tracker::core
