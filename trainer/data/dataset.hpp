#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/labels/problem_type.hpp"
#include "data/selection/train_test_split.hpp"

namespace trainer::hub {
class Hub;
}

// Labelled texts, and where they come from.
namespace trainer::data {

struct Example {
  std::string text;
  std::optional<std::string> text_pair;
  std::int64_t label = 0;  // class index; of a single label only
  std::vector<float> targets =
      {};  // [Dataset::targets]; of several labels 0 … 1, of regression any
};

// The rows of one split, in the order that `datasets` gives them.
struct Dataset {
  std::vector<Example> rows;
  // Name of each class when the source says so ("neg", "pos"); else empty.
  std::vector<std::string> label_names;
  ProblemType problem_type = ProblemType::kSingleLabel;
  std::size_t targets = 1;  // numbers in Example::targets; 1 of a single label
  // For people and the run's config: a path or a hub id, and which split.
  std::string origin;
  // SHA-256 of the texts (each followed by a zero byte), hex: what was trained on.
  std::string fingerprint;
  std::vector<std::filesystem::path> files = {};  // where they were read from; none: in memory
};

enum class Split { kTrain, kTest };

struct DatasetOptions {
  // "imdb", a file, an archive, a directory or a hub id: docs/data.md.
  std::string source = "imdb";
  std::string revision = "main";  // of the hub's data set
  std::string config;             // configuration of a data set that has several
  std::string text_column = "text";
  std::string text_pair_column;  // empty: no pairs
  // One column of classes, numbers or lists of them; or several, each a label by itself.
  std::vector<std::string> label_columns = {"label"};
  // "NAME" or "NAME[from:to]"; empty: "train", and "test" (else "validation", "valid", "val",
  // "dev").
  std::string train_split;
  std::string eval_split;
  std::optional<char> delimiter;  // of CSV; absent: comma, tab for .tsv
  // Folder of the bundled IMDB rows; empty: find_bundled_sample().
  std::filesystem::path bundled_sample;
  // aclImdb_v1.tar.gz for source "imdb"; empty: $IMDB_ARCHIVE, when set.
  std::filesystem::path imdb_archive;
  // Absent: what the labels say, see docs/data.md.
  std::optional<ProblemType> problem_type;
  // Class names whose place is the class index: the train split's when the evaluation split is
  // read, or the model's. Empty: names found in the source, sorted by bytes, as
  // `datasets.ClassLabel` numbers them.
  std::vector<std::string> label_names;
  // Labels must be below it; the error names the line. Absent: any index from 0.
  std::optional<std::int64_t> label_count;
};

struct Selection {
  std::optional<std::size_t> samples = {};  // absent: all rows, unshuffled
  std::uint64_t shuffle_seed = 42;          // as datasets.shuffle(seed).select(range(samples))
  // Present: both splits are parts of the training split, as its train_test_split(test_size,
  // seed=shuffle_seed) makes them.
  std::optional<TestSize> test_size = {};
  bool stratify = false;  // … with stratify_by_column the label
};

// Rows as they are read, for whoever does not want all of them in memory. One thread.
class ExampleBlocks {
 public:
  virtual ~ExampleBlocks() = default;
  struct Block {
    std::vector<Example> rows;
    std::vector<std::uint64_t> places;  // of each row in the selection's order, 0 … count()-1
  };
  // Replaces `block`; false when all rows were given. Throws as DatasetSource::read.
  virtual bool next(Block& block) = 0;
  virtual std::uint64_t count() const = 0;  // rows in all
  // As in Dataset.
  virtual const std::vector<std::string>& label_names() const = 0;
  virtual ProblemType problem_type() const = 0;
  virtual std::size_t targets() const = 0;
  virtual std::vector<std::filesystem::path> files() const = 0;
};

// A data set that was found: its splits can be read in any order, also several times. The hub is
// asked only for "imdb" and hub ids; without one, it is the one that the environment names. All
// functions throw Error naming the file, the line and the column: unreadable, no such column or
// split, a label that is not a class, text that is not UTF-8, an archive member that leaves its
// folder, more samples than rows. One thread.
class DatasetSource {
 public:
  explicit DatasetSource(DatasetOptions options, const hub::Hub* hub = nullptr);
  ~DatasetSource();
  DatasetSource(DatasetSource&&) noexcept;
  DatasetSource& operator=(DatasetSource&&) noexcept;

  // Whether there is an evaluation split: one of its names, or the one that the options name.
  bool has_evaluation() const;
  // From now on labels are those of a split that was read.
  void keep_labels_of(const Dataset& dataset);

  // Reads the selected rows into memory. A plain file and class folders without splits have one
  // split, which stands for every name.
  Dataset read(Split split, const Selection& selection) const;
  // As read(), a block at a time, in memory that does not grow with the rows, but for 8 bytes a row
  // when they are shuffled. The source outlives it.
  std::unique_ptr<ExampleBlocks> open(Split split, const Selection& selection) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// DatasetSource(options).read(split, selection)
Dataset read_dataset(const DatasetOptions& options, Split split, const Selection& selection);
Dataset read_dataset(const DatasetOptions& options, Split split, const Selection& selection,
                     const hub::Hub& hub);

}  // namespace trainer::data
