#define PCRE2_CODE_UNIT_WIDTH 8
#include "text/regex/regex.hpp"

#include <fmt/format.h>
#include <pcre2.h>

#include <array>

#include "config/error.hpp"
#include "text/regex/oniguruma.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

// As many tries as Oniguruma allows for one match; memory for what is to be tried yet.
constexpr std::uint32_t kMaxTries = 10'000'000;
constexpr std::uint32_t kMaxHeapKib = 64U << 10U;

std::string message_of(int error) {
  std::array<PCRE2_UCHAR, 256> message{};
  pcre2_get_error_message(error, message.data(), message.size());
  return reinterpret_cast<const char*>(message.data());
}

// What PCRE2 writes its answers to; one for each thread.
struct Matching {
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);

  Matching() {
    pcre2_set_match_limit(context, kMaxTries);
    pcre2_set_heap_limit(context, kMaxHeapKib);
  }
  Matching(const Matching&) = delete;
  Matching& operator=(const Matching&) = delete;
  ~Matching() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
  }

  int run(const pcre2_code* code, std::string_view text, std::size_t from, std::uint32_t options) {
    return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                       options | PCRE2_NO_UTF_CHECK, data, context);
  }
};

}  // namespace

void Regex::FreeCode::operator()(pcre2_real_code_8* code) const noexcept { pcre2_code_free(code); }

Regex::Regex(std::string pattern) : pattern_(std::move(pattern)) {
  const std::string translated = to_pcre2(pattern_);
  int error = 0;
  PCRE2_SIZE place = 0;
  code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                            PCRE2_UTF | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &place,
                            nullptr));
  if (!code_) {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("the pattern '{}' cannot be matched by PCRE2: {}", pattern_,
                            message_of(error)));
  }
  pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE);  // where there is none it is only slower
}

bool Regex::search(std::string_view text, std::size_t from, Match& match) const {
  thread_local Matching matching;
  int found = matching.run(code_.get(), text, from, 0);
  if (found == PCRE2_ERROR_JIT_STACKLIMIT)
    found = matching.run(code_.get(), text, from, PCRE2_NO_JIT);
  if (found == PCRE2_ERROR_NOMATCH) return false;
  if (found < 0) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("the pattern '{}' takes too long on a text of {} bytes: {}", pattern_,
                            text.size(), message_of(found)));
  }
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(matching.data);
  match = {ends[0], ends[1]};
  return true;
}

void Regex::find(std::string_view text, std::vector<Match>& matches) const {
  Match match;
  std::size_t from = 0;
  std::size_t last_end = static_cast<std::size_t>(-1);
  while (from <= text.size() && search(text, from, match)) {
    if (match.begin == match.end && match.end == last_end) {
      // Nothing was matched where the last match ended: one character on.
      from += from < text.size() ? decode(text.data() + from).length : 1;
      continue;
    }
    matches.push_back(match);
    from = last_end = match.end;
  }
}

}  // namespace trainer::text
