#pragma once

#include <optional>
#include <string>
#include <string_view>

// GPT-2's byte alphabet: each byte has a printable character that stands for it in vocabulary files
// (the byte's own where it is printable in Latin-1, else U+0100 and up, in order of the bytes).
namespace trainer::text {

// The bytes a vocabulary token stands for; nullopt when it holds a character outside the alphabet.
std::optional<std::string> bytes_of_token(std::string_view token);
// The other way round.
std::string token_of_bytes(std::string_view bytes);

}  // namespace trainer::text
