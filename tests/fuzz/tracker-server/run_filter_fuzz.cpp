// The run query's texts. Whatever they are: a tree within its limits, or a QueryError whose place
// lies in the text. The first byte says which of the three parsers.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "filter/parse.hpp"

namespace {

using namespace tracker::filter;

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t check(const Node& node, std::size_t depth) {
  // A negation and a list for each level of the text, and one for `!=`.
  require(depth <= 3 * kDeepest + 4);
  if (node.kind == Node::Kind::kTerm) {
    const Term& term = node.term;
    require(term.values.size() <= kMostValues && term.pattern.size() <= kLongestPattern);
    require(term.op == Op::kMatch || term.op == Op::kSet || !term.values.empty());
    for (const Value& value : term.values)
      require(value.number == value.number && value.text.size() <= kLongestValue);
    return 1;
  }
  std::size_t terms = 0;
  for (const Node& child : node.children) terms += check(child, depth + 1);
  require(node.kind != Node::Kind::kNot || node.children.size() == 1);
  return terms;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    if (data[0] % 3 == 0) {
      require(check(parse_filter(text, 1'700'000'000'000'000), 0) <= 2 * kMostTerms);
    } else if (data[0] % 3 == 1) {
      require(parse_sort(text).size() <= kMostSortKeys);
    } else {
      require(parse_fields(text, "fields", 16).size() <= 16);
    }
  } catch (const QueryError& error) {
    require(error.position() <= text.size());
  }
  return 0;
}
