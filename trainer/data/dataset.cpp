#include "data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "data/fingerprint.hpp"
#include "data/selection/selected_rows.hpp"
#include "data/splits/imdb.hpp"
#include "data/splits/split_source.hpp"

namespace trainer::data {
namespace {

// Names under which an evaluation split may be found, the best first.
constexpr std::array<std::string_view, 5> kEvaluation = {"test", "validation", "valid", "val",
                                                         "dev"};

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

struct DatasetSource::Impl {
  DatasetOptions options;
  const hub::Hub* hub = nullptr;
  std::unique_ptr<SplitSource> source;  // of "imdb" opened when the bundled rows do not do

  const SplitSource& opened() {
    if (!source) source = open_source(options, hub);
    return *source;
  }

  // The split that is meant, by its instruction or by what there is.
  SplitInstruction instruction(Split split, const Selection& selection) {
    const bool of_train = split == Split::kTrain || selection.test_size.has_value();
    const std::string& named = of_train ? options.train_split : options.eval_split;
    if (!named.empty()) return split_from(named);
    if (of_train) return {.split = "train", .from = {}, .to = {}};
    const std::vector<std::string> there = opened().splits();
    for (const std::string_view name : kEvaluation) {
      if (has(there, name)) return {.split = std::string(name), .from = {}, .to = {}};
    }
    return {.split = std::string(kEvaluation[0]), .from = {}, .to = {}};
  }

  RowPick pick(Split split, const Selection& selection) {
    if (options.source == "imdb") {
      if (std::unique_ptr<RowTable> bundled = open_bundled(options, split, selection)) {
        // They are the selection already: all that is left is to take the first of them.
        return {.table = std::move(bundled),
                .instruction = split_from(fmt::format("train[:{}]", *selection.samples)),
                .split = split,
                .selection = {},
                .origin = "imdb (bundled rows, shuffle seed 42)"};
      }
    }
    RowPick pick{.table = nullptr,
                 .instruction = instruction(split, selection),
                 .split = split,
                 .selection = selection,
                 .origin = {}};
    const std::vector<std::string> there = opened().splits();
    if (there != std::vector<std::string>{""} && !has(there, pick.instruction.split)) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: has no split '{}' (it has: {}): name one with --train-split or "
                              "--eval-split",
                              options.source, pick.instruction.split, fmt::join(there, ", ")));
    }
    const std::string name = has(there, "") ? "" : pick.instruction.split;
    pick.table = source->table(name);
    pick.origin = source->origin(name);
    return pick;
  }

  std::unique_ptr<SelectedRows> open(RowPick pick) const {
    return std::make_unique<SelectedRows>(std::move(pick), options);
  }

  Dataset read(RowPick pick) const {
    if (!needs_count(pick.instruction, pick.selection)) return read_whole(pick, options);
    const std::unique_ptr<SelectedRows> rows = open(std::move(pick));
    Dataset dataset{.rows = std::vector<Example>(rows->count()),
                    .label_names = rows->label_names(),
                    .problem_type = rows->problem_type(),
                    .targets = rows->targets(),
                    .origin = rows->origin(),
                    .fingerprint = {},
                    .files = rows->files()};
    std::uint64_t bytes = 0;
    for (ExampleBlocks::Block block; rows->next(block);) {
      for (std::size_t i = 0; i < block.rows.size(); ++i) {
        bytes += block.rows[i].text.size();
        dataset.rows[block.places[i]] = std::move(block.rows[i]);
      }
      check_text_bytes(bytes, rows->origin());
    }
    return dataset;
  }

  // A call that may ask the hub for imdb: its errors tell the other ways.
  template <typename Call>
  auto asking(Split split, const Selection& selection, Call&& call) {
    try {
      return call(pick(split, selection));
    } catch (const Error& error) {
      if (options.source != "imdb" || error.code() != ErrorCode::kHub) throw;
      throw Error(error.code(), imdb_remedy(split, selection, error.what()));
    }
  }
};

DatasetSource::DatasetSource(DatasetOptions options, const hub::Hub* hub)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->hub = hub;
  if (impl_->options.source != "imdb") impl_->opened();
}

DatasetSource::~DatasetSource() = default;
DatasetSource::DatasetSource(DatasetSource&&) noexcept = default;
DatasetSource& DatasetSource::operator=(DatasetSource&&) noexcept = default;

bool DatasetSource::has_evaluation() const {
  if (!impl_->options.eval_split.empty() || impl_->options.source == "imdb") return true;
  const std::vector<std::string> there = impl_->opened().splits();
  return std::ranges::any_of(kEvaluation, [&](std::string_view name) { return has(there, name); });
}

void DatasetSource::keep_labels_of(const Dataset& dataset) {
  impl_->options.problem_type = dataset.problem_type;
  impl_->options.label_names = dataset.label_names;
  if (dataset.problem_type != ProblemType::kSingleLabel)
    impl_->options.label_count = static_cast<std::int64_t>(dataset.targets);
}

Dataset DatasetSource::read(Split split, const Selection& selection) const {
  Dataset dataset = impl_->asking(split, selection,
                                  [this](RowPick pick) { return impl_->read(std::move(pick)); });
  dataset.fingerprint = fingerprint_of(dataset.rows);
  return dataset;
}

std::unique_ptr<ExampleBlocks> DatasetSource::open(Split split, const Selection& selection) const {
  return impl_->asking(split, selection, [this](RowPick pick) -> std::unique_ptr<ExampleBlocks> {
    return impl_->open(std::move(pick));
  });
}

Dataset read_dataset(const DatasetOptions& options, Split split, const Selection& selection) {
  return DatasetSource(options).read(split, selection);
}

Dataset read_dataset(const DatasetOptions& options, Split split, const Selection& selection,
                     const hub::Hub& hub) {
  return DatasetSource(options, &hub).read(split, selection);
}

}  // namespace trainer::data
