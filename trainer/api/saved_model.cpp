#include "api/saved_model.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "api/output_directory.hpp"
#include "api/train_options.hpp"
#include "config/dump.hpp"
#include "config/error.hpp"
#include "hub/archive.hpp"
#include "models/export.hpp"
#include "models/model_card.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;

// What the page shows of each evaluation.
std::string card_metric(data::ProblemType problem) {
  if (problem == data::ProblemType::kMultiLabel) return "f1";
  return problem == data::ProblemType::kRegression ? "mse" : "accuracy";
}

std::vector<models::CardRow> card_rows(const train::TrainerState& state,
                                       const std::string& metric) {
  std::vector<models::CardRow> rows;
  models::CardRow row;
  for (const train::Row& logged : state.log_history) {
    bool evaluation = false;
    for (const auto& [key, value] : logged.values) {
      if (key == "train/loss") row.train_loss = value;
      if (key == "train/epoch") row.epoch = value;
      if (key == "eval/loss") {
        row.eval_loss = value;
        evaluation = true;
      }
      if (key == "eval/" + metric) row.metric = value;
    }
    row.step = logged.step;
    if (evaluation) rows.push_back(row);
  }
  return rows;
}

// The model's files of `directory`, and nothing else in it, as directory/NAME.tar.gz.
fs::path write_archive(const fs::path& directory, const std::vector<fs::path>& files,
                       const std::string& name) {
  const fs::path staging = directory / ".archive";
  fs::remove_all(staging);
  make_directory(staging);
  for (const fs::path& file : files) {
    fs::create_symlink(fs::absolute(directory / file.filename()), staging / file.filename());
  }
  const fs::path archive = directory / (name + ".tar.gz");
  try {
    hub::write_tar_gz(staging, archive, name);
  } catch (...) {
    fs::remove_all(staging);
    throw;
  }
  fs::remove_all(staging);
  return archive;
}

}  // namespace

SavedModel save_model(const FineTuneOptions& a, const TrainedModel& trained,
                      const fs::path& directory) {
  models::export_model(trained.model, trained.tokenizer, directory);
  const std::string name = folder_name(directory);
  const std::string metric = card_metric(trained.model.config().problem());
  models::ModelCard card{.name = name,
                         .metric = metric,
                         .base_model = a.model,
                         .adapter = trained.model.config().lora.has_value(),
                         .dataset = trained.data_origin,
                         .hyperparameters = {},
                         .results = card_rows(trained.state, metric)};
  const nlohmann::ordered_json flags = to_json(a);
  for (const auto& [key, value] : flags.items())
    card.hyperparameters.emplace_back(key, config::dump_text(value));
  models::write_file(directory / "README.md", models::render(card));
  models::write_file(directory / "training_args.json", config::dump_text(flags, 2) + "\n");
  std::vector<fs::path> saved = {"config.json", "README.md", "training_args.json"};
  if (trained.model.config().lora) {
    saved.emplace_back(models::kAdapterConfigFile);
    saved.emplace_back(models::kAdapterWeightsFile);
  } else {
    saved.emplace_back("model.safetensors");
  }
  for (const models::StoredFile& file : trained.tokenizer) saved.emplace_back(file.name);
  const fs::path archive = write_archive(directory, saved, name);
  for (fs::path& file : saved) file = directory / file;
  return {.files = std::move(saved), .archive = archive};
}

}  // namespace trainer::api
