#pragma once

#include <optional>
#include <string>
#include <string_view>

// Secrets that the server makes, and what it keeps of them. Any thread.
namespace tracker::auth {

// 32 bytes.
std::string sha256(std::string_view bytes);

// Takes the same time wherever they differ; texts of different length are different.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

// From the system's random source. Throws Error(kInternal) if it fails.
std::string random_bytes(std::size_t count);

// 256 random bits, as 43 characters that need no escape in a cookie or an address.
std::string make_secret();

// An API key: "trk_" + id + "-" + base64url(256 random bits + their CRC-32C). Form:
// docs/access.md, "Keys".
struct NewKey {
  std::string id;    // 8 characters
  std::string text;  // all of it: what its owner gets to see once
};
NewKey make_key();

// The id, if the text has the form of a key and its check sum is right.
std::optional<std::string> key_id(std::string_view text);

}  // namespace tracker::auth
