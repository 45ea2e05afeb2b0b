#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Unicode normal forms at Unicode 9.0, the version of the crate that `tokenizers` uses for them:
// characters that came later stay as they are and do not combine. Any thread.
namespace trainer::text {

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };

// A character of the normal form and how many it takes the place of, as Transform::put has it.
struct CharacterChange {
  char32_t code = 0;
  std::ptrdiff_t change = 0;
};

// Bytes [begin, end) that are to be normalised; what lies between such parts is in the form
// already.
struct UnstablePart {
  std::size_t begin = 0;  // the text's size: there is none
  std::size_t end = 0;
};

// The first such part from byte `from` on, where a part may begin (0, or the end of one).
UnstablePart next_unstable(NormalForm form, std::string_view text, std::size_t from);
// Appends the form of such a part.
void normalize(NormalForm form, std::string_view part, std::vector<CharacterChange>& out);
// The form of a whole text.
std::string normalize(NormalForm form, std::string_view text);

}  // namespace trainer::text
