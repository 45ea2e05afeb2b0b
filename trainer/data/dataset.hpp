#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace trainer::hub {
class Hub;
}

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
  // "imdb" (see docs/data.md for the order of its sources), a file (.csv .jsonl .json .parquet,
  // also .gz or .zst of the first three), an archive or a directory of class folders (.tar.gz .tgz
  // .tar .zip), or a hub id ("org/name").
  std::string source = "imdb";
  std::string text_column = "text";
  std::string text_pair_column;  // empty: no pairs
  std::string label_column = "label";
  // Folder of the bundled IMDB rows; empty: find_bundled_sample().
  std::filesystem::path bundled_sample;
  // aclImdb_v1.tar.gz for source "imdb"; empty: $IMDB_ARCHIVE, when set.
  std::filesystem::path imdb_archive;
  // Class names whose place is the class index: the train split's when the evaluation split is
  // read, or the model's. Empty: names found in the source, sorted by bytes, as
  // `datasets.ClassLabel` numbers them.
  std::vector<std::string> label_names;
  // Labels must be below it; the error names the line. Absent: any index from 0.
  std::optional<std::int64_t> label_count;
};

struct Selection {
  std::optional<std::size_t> samples;  // absent: all rows, unshuffled
  std::uint64_t shuffle_seed = 42;     // as datasets.shuffle(seed).select(range(samples))
};

// Reads one split. A plain file and a directory of class folders have no splits: all their rows are
// returned, whichever split is asked for (has_splits() tells). The hub is asked only for "imdb" and
// hub ids; without it, it is the one that the environment names. Throws Error naming the file, the
// line and the column: unreadable, no such column, a label that is not a class, text that is not
// UTF-8, an archive member that leaves its folder, more samples than rows.
Dataset read_dataset(const DatasetOptions& options, Split split, const Selection& selection);
Dataset read_dataset(const DatasetOptions& options, Split split, const Selection& selection,
                     const hub::Hub& hub);

// Whether the source holds a train and a test split: "imdb", a hub id, a directory or archive with
// both.
bool has_splits(const DatasetOptions& options);

}  // namespace trainer::data
