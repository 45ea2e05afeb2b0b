#include "data/imdb.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "data/bundled_sample.hpp"
#include "data/class_folders.hpp"
#include "data/table_file.hpp"
#include "hub/hub.hpp"

namespace trainer::data {
namespace {

namespace fs = std::filesystem;

const Columns kColumns{.text = "text", .text_pair = "", .label = "label"};
const std::vector<std::string> kClasses = {"neg", "pos"};
constexpr std::string_view kRepository = "stanfordnlp/imdb";

std::string_view name_of(Split split) { return split == Split::kTrain ? "train" : "test"; }

fs::path archive_path(const DatasetOptions& options) {
  if (!options.imdb_archive.empty()) return options.imdb_archive;
  const char* named = std::getenv("IMDB_ARCHIVE");
  return named == nullptr ? fs::path() : fs::path(named);
}

// The bundled file of a split, when the selection is a part of it.
std::optional<fs::path> bundled_file(const DatasetOptions& options, Split split,
                                     const Selection& selection) {
  if (!selection.samples || *selection.samples > bundled_rows(split) ||
      selection.shuffle_seed != kBundledSeed) {
    return std::nullopt;
  }
  std::optional<fs::path> folder = options.bundled_sample;
  if (folder->empty()) folder = find_bundled_sample();
  if (!folder) return std::nullopt;
  fs::path file = *folder / fmt::format("{}-{}.jsonl.zst", name_of(split), bundled_rows(split));
  if (!fs::exists(file)) return std::nullopt;
  return file;
}

ImdbRows read_bundled(const fs::path& file, std::size_t samples) {
  ImdbRows rows{.table = read_table_file(file, FileKind::kJson, kColumns),
                .origin = "imdb (bundled rows, shuffle seed 42)",
                .already_selected = true};
  if (rows.table.rows.size() < samples) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: holds {} rows, not {}: restore it from the source tree",
                            file.string(), rows.table.rows.size(), samples));
  }
  rows.table.rows.resize(samples);
  return rows;
}

ImdbRows read_from_hub(Split split, const hub::Hub& hub) {
  const hub::Repo repo{.id = std::string(kRepository), .type = hub::RepoType::kDataset};
  const std::string file = fmt::format("plain_text/{}-00000-of-00001.parquet", name_of(split));
  return {.table = read_table_file(hub.require(repo, file), FileKind::kParquet, kColumns),
          .origin = std::string(kRepository)};
}

std::string asked_for(const Selection& selection) {
  if (!selection.samples) return "all rows";
  return fmt::format("{} rows of shuffle seed {}", *selection.samples, selection.shuffle_seed);
}

}  // namespace

std::size_t bundled_rows(Split split) noexcept { return split == Split::kTrain ? 500 : 100; }

ImdbRows read_imdb(const DatasetOptions& options, Split split, const Selection& selection,
                   const hub::Hub* hub) {
  ImdbRows rows;
  if (const fs::path archive = archive_path(options); !archive.empty()) {
    rows = {.table = read_archive_folders(archive, split), .origin = archive.string()};
  } else if (const auto bundled = bundled_file(options, split, selection)) {
    rows = read_bundled(*bundled, *selection.samples);
  } else {
    try {
      rows = hub != nullptr ? read_from_hub(split, *hub)
                            : read_from_hub(split, hub::Hub(hub::HubSettings::from_environment()));
    } catch (const Error& error) {
      throw Error(
          error.code(),
          fmt::format("imdb: {} of the {} split asked for, {} (shuffle seed 42) are bundled: set "
                      "IMDB_ARCHIVE to an aclImdb_v1.tar.gz, or reach the hub ({})",
                      asked_for(selection), name_of(split), bundled_rows(split), error.what()));
    }
  }
  rows.table.label_names = kClasses;
  return rows;
}

}  // namespace trainer::data
