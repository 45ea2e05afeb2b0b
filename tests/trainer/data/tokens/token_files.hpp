#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/tokens/token_blocks.hpp"
#include "support/directories.hpp"
#include "text/tokenizer.hpp"

// What the tests of token arenas, files and caches share.
namespace trainer::data {

inline text::Tokenizer golden_tokenizer(const char* name) {
  return text::Tokenizer::load(std::filesystem::path(TRACKER_SOURCE_DIR) / "tests" / "golden" /
                               "tokenizers" / name);
}

// BERT's golden tokenizer beside the config.json of a model of that type, in a new folder.
inline text::Tokenizer tokenizer_of_type(const std::filesystem::path& folder,
                                         const char* model_type) {
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(
      std::filesystem::path(TRACKER_SOURCE_DIR) / "tests/golden/tokenizers/bert/tokenizer.json",
      folder / "tokenizer.json");
  std::ofstream(folder / "config.json") << fmt::format(R"({{"model_type": "{}"}})", model_type);
  return text::Tokenizer::load(folder);
}

inline Dataset numbered_rows(std::size_t count) {
  Dataset dataset;
  for (std::size_t i = 0; i < count; ++i) {
    dataset.rows.push_back({.text = fmt::format("movie number {}", i),
                            .text_pair = {},
                            .label = static_cast<std::int64_t>(i % 3)});
  }
  return dataset;
}

// The rows from the last one to the first, 30 at a time.
inline RowBlocks reversed(const Dataset& dataset) {
  return [&dataset, left = dataset.rows.size()](RowBlock& block) mutable {
    block = {};
    for (int i = 0; i < 30 && left > 0; ++i) {
      block.rows.push_back(dataset.rows[--left]);
      block.places.push_back(left);
    }
    return !block.rows.empty();
  };
}

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void put_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder),
                                                std::filesystem::directory_iterator()));
}

}  // namespace trainer::data
