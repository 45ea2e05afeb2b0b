#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

// The run query as a tree: docs/query-language.md. Plain values, no I/O; made by filter/parse.hpp,
// run by storage/run_query.hpp.
namespace tracker::filter {

enum class Source : std::uint8_t {
  kName,
  kId,
  kState,
  kGroup,
  kJobType,
  kNotes,
  kTag,
  kCreated,   // microseconds since the epoch
  kEnded,     // likewise
  kDuration,  // seconds
  kConfig,
  kSummary,
  kMetric,  // a statistic of a logged metric
  kBare,    // config or summary: whoever knows the project's keys decides
};

// The numbers are those of attribute_key.source (docs/storage.md).
enum class Statistic : std::uint8_t {
  kNone = 0,
  kLast = 3,
  kMin = 4,
  kMax = 5,
  kMean = 6,
  kBest = 7
};

struct Field {
  Source source = Source::kName;
  Statistic statistic = Statistic::kNone;  // of kMetric
  std::string key;                         // of kConfig, kSummary, kMetric, kBare
  std::string text;                        // as written
  bool operator==(const Field& other) const {
    return source == other.source && statistic == other.statistic && key == other.key;
  }
};

// Sources of a run's attributes, as against its own fields.
inline bool is_attribute(Source source) noexcept { return source >= Source::kConfig; }
inline bool is_text(Source source) noexcept { return source <= Source::kTag; }
inline bool is_number(Source source) noexcept {
  return source == Source::kCreated || source == Source::kEnded || source == Source::kDuration ||
         source == Source::kMetric;
}

struct Value {
  enum class Kind : std::uint8_t { kNumber, kText } kind = Kind::kNumber;
  double number = 0;  // never NaN; in the field's unit
  std::string text;   // valid UTF-8 without NUL, at most kLongestText bytes
  bool operator==(const Value&) const = default;
};

// What cannot be said by these is said with kAnd, kOr, kNot: `a != v` is `a is set and not a = v`.
enum class Op : std::uint8_t { kIn, kLess, kLessEqual, kGreater, kGreaterEqual, kMatch, kSet };

// True or false, never unknown: false for a missing value.
struct Term {
  Field field;
  Op op = Op::kSet;
  std::vector<Value> values;  // kIn: at least one; the comparisons: one
  std::string pattern;        // kMatch
  enum class Case : std::uint8_t { kAsWritten, kIgnored } letters = Case::kAsWritten;
  std::size_t at = 0;  // of the pattern, in bytes of the filter
};

struct Node {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kTerm } kind = Kind::kAnd;
  std::vector<Node> children;  // kAnd without children is true; kNot has one
  Term term;                   // of kTerm
};

struct SortKey {
  Field field;
  enum class Direction : std::uint8_t { kRising, kFalling } direction = Direction::kRising;
};

inline constexpr std::size_t kLongestFilter = 4'096;  // bytes
inline constexpr std::size_t kMostTerms = 64;
inline constexpr std::size_t kDeepest = 32;
inline constexpr std::size_t kMostValues = 100;  // in a list
inline constexpr std::size_t kLongestValue = 512;
inline constexpr std::size_t kLongestPattern = 256;
inline constexpr std::size_t kLongestText = 256;  // of an attribute that is a text
inline constexpr std::size_t kMostSortKeys = 4;

// A text that is not of the language: where, and what was expected.
class QueryError : public Error {
 public:
  // `position` in bytes; `characters` the same place in characters, from 0.
  QueryError(std::string part, std::size_t position, std::size_t characters,
             const std::string& what);

  const std::string& part() const noexcept { return part_; }
  std::size_t position() const noexcept { return position_; }

 private:
  std::string part_;
  std::size_t position_;
};

// The error for a place in `text`.
QueryError query_error(std::string_view part, std::string_view text, std::size_t position,
                       const std::string& what);

// The first `most` bytes, without cutting a character.
std::string_view cut_text(std::string_view text, std::size_t most = kLongestText) noexcept;

}  // namespace tracker::filter
