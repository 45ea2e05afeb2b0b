#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// Labelled texts in memory, and where they come from.
namespace trainer::data {

struct Example {
  std::string text;
  std::optional<std::string> text_pair;
  std::int64_t label = 0;  // class index
};

// The rows of one split, in the order that `datasets` gives them.
struct Dataset {
  std::vector<Example> rows;
  // Name of each class when the source says so ("neg", "pos"); else empty.
  std::vector<std::string> label_names;
  // For people and the run's config: a path or a hub id, and which split.
  std::string origin;
  // SHA-256 of the texts (each followed by a zero byte), hex: what was trained on.
  std::string fingerprint;
};

enum class Split { kTrain, kTest };

struct DatasetOptions {
  // "imdb" (bundled rows, else the archive or the hub), a file (.csv .jsonl .json .parquet .tar.gz .zip), or a
  // directory of class folders.
  std::string source = "imdb";
  std::string text_column = "text";
  std::string text_pair_column;  // empty: no pairs
  std::string label_column = "label";
  // Where $HF_HOME and the bundled sample are looked for; see hub/hub.hpp.
  std::filesystem::path bundled_sample;
};

struct Selection {
  std::optional<std::size_t> samples;  // absent: all rows, unshuffled
  std::uint64_t shuffle_seed = 42;     // as datasets.shuffle(seed).select(range(samples))
};

// Reads one split. Throws Error naming the file, the line and the column: unreadable, no such column, a label that is
// not a class, text that is not UTF-8, an archive member that leaves its folder.
Dataset read_dataset(const DatasetOptions& options, Split split, const Selection& selection);

// Indices that numpy.random.default_rng(seed).permutation(n) gives (PCG64 seeded by SeedSequence).
std::vector<std::int64_t> numpy_permutation(std::uint64_t seed, std::size_t n);

}  // namespace trainer::data
