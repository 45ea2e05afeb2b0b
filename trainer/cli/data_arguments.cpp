#include "cli/arguments.hpp"

// The flags about model and data that several commands share.
namespace trainer::cli {

std::vector<Flag> model_flags(std::string& model, std::string& revision) {
  constexpr std::string_view group = kModelAndData;
  return {
      {group, "--model",
       "hub id, directory with config.json, weights and tokenizer, or "
       "tracker://PROJECT/NAME[:VERSION]",
       &model},
      {group, "--revision", "branch, tag or commit of the hub's model", &revision},
  };
}

std::vector<Flag> data_flags(DataArguments& data) {
  constexpr std::string_view group = kModelAndData;
  return {
      {group, "--dataset",
       "imdb, a file (csv, tsv, jsonl, json, parquet, tar.gz, zip), a directory or a hub id",
       &data.dataset},
      {group, "--dataset-config", "configuration of a data set that has several",
       &data.dataset_config},
      {group, "--dataset-revision", "branch, tag or commit of the hub's data set",
       &data.dataset_revision},
      {group, "--text-column", "column of the text", &data.text_column},
      {group, "--text-pair-column", "column of a second text, for pairs", &data.text_pair_column},
      {group, "--label-column",
       "column of the class, number or list of classes; several (a,b): each a label",
       &data.label_columns},
      {group, "--problem-type",
       "single_label_classification, multi_label_classification or regression [by the "
       "labels]",
       &data.problem_type},
      {group, "--csv-delimiter", "one byte, or \\t [comma, tab for .tsv]", &data.csv_delimiter},
  };
}

std::vector<Flag> split_flags(DataArguments& data) {
  constexpr std::string_view group = kModelAndData;
  return {
      {group, "--train-split", "split, or part of one: train[:80%] [train]", &data.train_split},
      {group, "--eval-split", "split to evaluate on, or part of one [test, else validation]",
       &data.eval_split},
      {group, "--test-size",
       "evaluate on that many rows (500) or that share (0.2) of the training split, as "
       "datasets.train_test_split(test_size, seed=SHUFFLE_SEED)",
       &data.test_size},
      {group, "--stratify", "draw --test-size so that each class keeps its share", &data.stratify},
  };
}

std::vector<Flag> token_cache_flags(TokenCacheArguments& cache) {
  constexpr std::string_view group = kModelAndData;
  return {
      {group,
       "--token-cache",
       "folder where token ids are kept [~/.cache/trainer/tokens]",
       &cache.folder,
       {},
       "",
       Told::kNo},
      {group,
       "--token-cache-limit",
       "GiB that it may have; what was used longest ago goes",
       &cache.limit_gib,
       {CLI::Range(0.0, 1048576.0)},
       "",
       Told::kNo},
      {group,
       "--no-token-cache",
       "keep the token ids in memory",
       &cache.off,
       {},
       "--token-cache",
       Told::kNo},
  };
}

}  // namespace trainer::cli
