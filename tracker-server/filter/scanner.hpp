#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filter/ast.hpp"

// Reads a query's text piece by piece. What a piece is depends on what the parser expects there: a
// field, a value or a sign, so there are no tokens.
namespace tracker::filter {

class Scanner {
 public:
  // Throws QueryError for a text that is too long, is not UTF-8 or holds NUL.
  Scanner(std::string_view part, std::string_view text, std::size_t longest = kLongestFilter);

  bool at_end();                           // spaces are skipped
  bool take(std::string_view sign);        // if it comes next
  bool take_word(std::string_view lower);  // a word of the language, in any case
  char peek();                             // '\0' at the end

  Field field();

  struct Word {
    std::size_t at = 0;
    std::string text;
    enum class Form { kQuoted, kBare } form = Form::kBare;
  };
  Word value();

  struct Pattern {
    std::size_t at = 0;
    std::string text;
    Term::Case letters = Term::Case::kAsWritten;
  };
  Pattern pattern();

  std::size_t position();  // of what comes next
  [[noreturn]] void expected(const std::string& what);
  [[noreturn]] void fail(std::size_t at, const std::string& what) const;

 private:
  void skip_space();
  std::string found();
  std::string quoted(char quote);
  struct Part;
  Part part_of_field();
  static void resolve(const std::vector<Part>& parts, Field& field);
  std::string slashes();

  std::string part_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace tracker::filter
