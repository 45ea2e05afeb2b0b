#pragma once

#include <optional>
#include <string>
#include <string_view>

// Bytes as lower-case hexadecimal digits, two each, high half first. Pure functions; any thread.
namespace tracker::base {

std::string to_hex(std::string_view bytes);
// The digits of each byte behind `out`.
void append_hex(std::string& out, std::string_view bytes);

// The bytes; nothing unless the text is an even number of lower-case digits. Whoever reads from
// strangers bounds the length of the text before.
std::optional<std::string> from_hex(std::string_view text);

}  // namespace tracker::base
