#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/regex/pattern.hpp"

struct pcre2_real_code_8;

namespace trainer::text {

// A pattern as Oniguruma means it (oniguruma.hpp), matched by PCRE2 within limits: a pattern that
// would try for ever is an error. Immutable; any thread.
class Regex final : public Pattern {
 public:
  // Throws Error(kUnsupported, kInvalidInput) that names the pattern.
  explicit Regex(std::string pattern);
  void find(std::string_view text, std::vector<Match>& matches) const override;

 private:
  struct FreeCode {
    void operator()(pcre2_real_code_8* code) const noexcept;
  };
  // From byte `from` on; false when there is none.
  bool search(std::string_view text, std::size_t from, Match& match) const;

  std::string pattern_;
  std::unique_ptr<pcre2_real_code_8, FreeCode> code_;
};

}  // namespace trainer::text
