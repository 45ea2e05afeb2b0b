#include "data/splits/imdb.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "data/archives/class_folders.hpp"
#include "data/splits/bundled_sample.hpp"
#include "data/splits/split_source.hpp"
#include "data/tables/table_file.hpp"
#include "hub/hub.hpp"

namespace trainer::data {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kClasses = {"neg", "pos"};
constexpr std::string_view kRepository = "stanfordnlp/imdb";

std::string_view split_name(Split split) { return split == Split::kTrain ? "train" : "test"; }

fs::path archive_path(const DatasetOptions& options) {
  if (!options.imdb_archive.empty()) return options.imdb_archive;
  const char* named = std::getenv("IMDB_ARCHIVE");
  return named == nullptr ? fs::path() : fs::path(named);
}

class ImdbArchive : public SplitSource {
 public:
  explicit ImdbArchive(const fs::path& archive)
      : archive_(archive), folders_(ClassFolders::of_archive(archive)) {}

  std::vector<std::string> splits() const override { return folders_.splits(); }
  std::unique_ptr<RowTable> table(const std::string& split) const override {
    return folders_.table(split);
  }
  std::string origin(const std::string&) const override { return archive_.string(); }

 private:
  fs::path archive_;
  ClassFolders folders_;
};

// The hub's Parquet files; asked for only when they are read.
class ImdbOfHub : public SplitSource {
 public:
  explicit ImdbOfHub(const hub::Hub& hub) : hub_(hub) {}

  std::vector<std::string> splits() const override { return {"train", "test"}; }
  std::unique_ptr<RowTable> table(const std::string& split) const override {
    const hub::Repo repo{.id = std::string(kRepository), .type = hub::RepoType::kDataset};
    return open_tables(
        {.paths = {hub_.require(repo, fmt::format("plain_text/{}-00000-of-00001.parquet", split))},
         .kind = FileKind::kParquet,
         .delimiter = {},
         .columns = {},
         .label_names = kClasses});
  }
  std::string origin(const std::string&) const override { return std::string(kRepository); }

 private:
  hub::Hub hub_;
};

}  // namespace

std::size_t bundled_rows(Split split) noexcept { return split == Split::kTrain ? 500 : 100; }

std::unique_ptr<RowTable> open_bundled(const DatasetOptions& options, Split split,
                                       const Selection& selection) {
  const bool fits = selection.samples && *selection.samples <= bundled_rows(split) &&
                    selection.shuffle_seed == kBundledSeed && !selection.test_size &&
                    options.train_split.empty() && options.eval_split.empty();
  if (!fits || !archive_path(options).empty()) return nullptr;
  std::optional<fs::path> folder = options.bundled_sample;
  if (folder->empty()) folder = find_bundled_sample();
  if (!folder) return nullptr;
  const fs::path file =
      *folder / fmt::format("{}-{}.jsonl.zst", split_name(split), bundled_rows(split));
  if (!fs::exists(file)) return nullptr;
  return open_tables({.paths = {file},
                      .kind = FileKind::kJson,
                      .delimiter = {},
                      .columns = {},
                      .label_names = kClasses});
}

std::unique_ptr<SplitSource> open_imdb(const DatasetOptions& options, const hub::Hub* hub) {
  if (const fs::path archive = archive_path(options); !archive.empty())
    return std::make_unique<ImdbArchive>(archive);
  if (hub != nullptr) return std::make_unique<ImdbOfHub>(*hub);
  return std::make_unique<ImdbOfHub>(hub::Hub(hub::HubSettings::from_environment()));
}

std::string imdb_remedy(Split split, const Selection& selection, const std::string& error) {
  const std::string asked_for =
      selection.samples
          ? fmt::format("{} rows of shuffle seed {}", *selection.samples, selection.shuffle_seed)
          : "all rows";
  return fmt::format(
      "imdb: {} of the {} split asked for, {} (shuffle seed 42) are bundled: set "
      "IMDB_ARCHIVE to an aclImdb_v1.tar.gz, or reach the hub ({})",
      asked_for, split_name(split), bundled_rows(split), error);
}

}  // namespace trainer::data
