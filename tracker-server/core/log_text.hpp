#pragma once

#include <string>
#include <string_view>

// Text that others wrote (a project's name, a path, a database's message), put into a log line.
namespace tracker::core {

// The text between quotes, on one line: `"` and `\` get a backslash, line feed, carriage return and
// tab become \n, \r and \t, other control characters (C0, DEL, C1) and bytes that are not UTF-8
// become \xNN. Nobody can forge a line or a field with it:
//   spdlog::info("event=stream_open run={} project={}", run.text(), core::quoted(project));
std::string quoted(std::string_view text);

}  // namespace tracker::core
