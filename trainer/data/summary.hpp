#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.hpp"

namespace trainer::data {

// What a split looks like, for people and the run's config.
struct Summary {
  std::uint64_t rows = 0;
  // Rows of each class, by its name or index; of several labels rows that have it. Empty for
  // regression. In the classes' order.
  std::vector<std::pair<std::string, std::uint64_t>> class_counts;
  // Sequences of at most `first` tokens (and more than the bin before): 16, 32, 64 … up to the
  // longest.
  std::vector<std::pair<std::int64_t, std::uint64_t>> token_lengths;
  std::int64_t shortest = 0;
  std::int64_t longest = 0;
  double mean_length = 0;
  std::uint64_t at_limit = 0;  // as long as allowed: most of them were cut
};

// `offsets` are those of the split's token arena [rows + 1], `limit` is the tokens a text may have.
Summary summarize(const Dataset& dataset, std::span<const std::int64_t> offsets,
                  std::int64_t limit);

// {"rows": …, "class_counts": {"neg": …}, "token_lengths": {"up_to": […], "rows": […], "min": …}};
// of more than 100 classes no counts.
nlohmann::ordered_json to_json(const Summary& summary);
// "500 rows; neg 254, pos 246; 12 to 512 tokens, 290 on average, 91 rows of 512 or cut there"
std::string to_text(const Summary& summary);

}  // namespace trainer::data
