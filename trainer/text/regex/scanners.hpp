#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "text/regex/pattern.hpp"

// The patterns that nearly every byte-level model on the hub cuts its words by, written out by
// hand: the same matches, several times as fast as a regular expression. Any thread.
namespace trainer::text {

// The scanner of a pattern that is known, told by its text; nullptr for another one.
std::unique_ptr<Pattern> known_pattern(std::string_view pattern);

// Bytes of the first match of GPT-2's pattern in `text`, which is not empty:
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// At least 1: matches cover the text.
std::size_t gpt2_word_length(std::string_view text) noexcept;

// The same for the patterns of cl100k, Llama 3 and Qwen 2, which differ in how many digits go
// together:
//   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|
//   \s*[\r\n]+|\s+(?!\S)|\s+
std::size_t cl100k_word_length(std::string_view text, std::size_t most_digits) noexcept;

}  // namespace trainer::text
