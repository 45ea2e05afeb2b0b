#pragma once

#include <string>
#include <string_view>

// Unicode normal forms at Unicode 9.0, the version of the crate that `tokenizers` uses for them:
// characters that came later stay as they are and do not combine. Any thread.
namespace trainer::text {

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };

// `text` is valid UTF-8.
std::string normalize(NormalForm form, std::string_view text);

}  // namespace trainer::text
