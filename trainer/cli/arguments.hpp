#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What the command line says, before any of it is looked at. Names and defaults are those of
// Hugging Face's TrainingArguments, with dashes; `trainer --help` is the reference.
namespace trainer::cli {

// Where rows come from.
struct DataArguments {
  std::string dataset = "imdb";
  std::string text_column = "text";
  std::string text_pair_column;
  std::string label_column = "label";
};

// Where token ids are kept (docs/token-cache.md).
struct TokenCacheArguments {
  std::string folder;  // empty: the user's cache folder
  bool off = false;
  double limit_gib = 16;
};

struct TrainArguments {
  std::string model;
  std::string revision = "main";
  std::string project;  // empty: the data set's name
  DataArguments data;
  TokenCacheArguments token_cache;
  std::string eval_dataset;  // empty: the data set's test split, if it has one
  std::optional<std::size_t> train_samples;
  std::optional<std::size_t> eval_samples;
  std::uint64_t shuffle_seed = 42;
  std::optional<std::size_t> max_length;  // absent: 512, or what the model takes if that is less

  double num_train_epochs = 3;
  std::optional<std::int64_t> max_steps;
  std::int64_t batch_size = 8;
  std::optional<std::int64_t> eval_batch_size;  // absent: batch_size
  std::int64_t gradient_accumulation_steps = 1;
  double learning_rate = 5e-5;
  double weight_decay = 0;
  double warmup_ratio = 0;
  std::optional<std::int64_t> warmup_steps;
  std::string lr_scheduler_type = "linear";
  double max_grad_norm = 1;
  std::optional<double> dropout;
  bool no_shuffle = false;
  std::uint64_t seed = 42;

  std::string dtype = "auto";
  std::string device = "auto";

  std::int64_t logging_steps = 50;
  std::string eval_strategy = "epoch";
  std::optional<std::int64_t> eval_steps;  // absent: logging_steps
  std::string save_strategy = "epoch";
  std::int64_t save_steps = 500;
  std::size_t save_total_limit = 1;
  std::string resume_from_checkpoint;
  std::string output_dir;
  std::string log_model = "false";

  std::string run_name;
  std::string group;
  std::string tags;  // a,b
  std::string notes;
  std::string report_to = "tracker";
};

struct PredictArguments {
  std::string model;
  std::string revision = "main";
  std::string input;
  std::string output;
  std::int64_t batch_size = 8;
  std::optional<std::size_t> max_length;
  std::string dtype = "float32";
};

struct EvaluateArguments {
  std::string model;
  std::string revision = "main";
  DataArguments data;
  TokenCacheArguments token_cache;
  std::optional<std::size_t> samples;
  std::uint64_t shuffle_seed = 42;
  std::int64_t batch_size = 8;
  std::optional<std::size_t> max_length;
  std::string dtype = "auto";
  bool json = false;
};

struct GradcheckArguments {
  std::string model;
  std::string revision = "main";
  std::string input;
  std::string output;
  std::optional<std::size_t> max_length;
  std::string dtype = "float32";
};

struct TokenizeArguments {
  std::string model;
  std::string input;
  std::string output;
  std::optional<std::size_t> max_length;
  std::string truncation_strategy = "longest_first";
  std::string truncation_side;  // empty: as the tokenizer's files say
  std::string padding = "none";
  bool no_special_tokens = false;
  bool offsets = false;
};

enum class Command { kTrain, kTokenize, kPredict, kEvaluate, kGradcheck };

struct Arguments {
  Command command = Command::kTrain;
  TrainArguments train;
  TokenizeArguments tokenize;
  PredictArguments predict;
  EvaluateArguments evaluate;
  GradcheckArguments gradcheck;
};

// Fills `arguments` while `app` parses; both must outlive the parse.
void define(CLI::App& app, Arguments& arguments);

}  // namespace trainer::cli
