#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What fine-tuning is asked to do. A field is the flag of `trainer --help` of the same name, with
// underscores: its meaning, its words and its default are those of Hugging Face's
// TrainingArguments, where it has one. Errors name the flag. Aggregates: set with designated
// initialisers.
namespace trainer {

// Where rows come from.
struct DataOptions {
  std::string dataset = "imdb";
  std::string dataset_revision = "main";
  std::string dataset_config;  // empty: the only one, or the default
  std::string text_column = "text";
  std::string text_pair_column;
  std::vector<std::string> label_columns = {"label"};
  std::string train_split;  // empty: train
  std::string eval_split;   // empty: test, else validation
  std::string test_size;    // empty: none; a share or a number of rows
  bool stratify = false;
  std::string problem_type;   // empty: what the labels say
  std::string csv_delimiter;  // empty: comma, tab for .tsv
};

// Where token ids are kept (docs/token-cache.md).
struct TokenCacheOptions {
  std::string folder;  // empty: the user's cache folder
  bool off = false;
  double limit_gib = 16;
};

struct FineTuneOptions {
  std::string model;
  std::string revision = "main";
  std::string project;  // empty: the data set's name
  DataOptions data;
  TokenCacheOptions token_cache;
  std::string eval_dataset;  // empty: the data set's test split, if it has one
  std::optional<std::size_t> train_samples;
  std::optional<std::size_t> eval_samples;
  std::uint64_t shuffle_seed = 42;
  // Training rows are read as they are wanted, and shuffled within a buffer of some, instead of
  // being in memory.
  bool streaming = false;
  std::size_t shuffle_buffer_size = 1000;
  std::optional<std::size_t> max_length;  // absent: 512, or what the model takes if that is less

  double num_train_epochs = 3;
  std::optional<std::int64_t> max_steps;
  std::int64_t batch_size = 8;
  std::optional<std::int64_t> eval_batch_size;  // absent: batch_size
  std::int64_t gradient_accumulation_steps = 1;
  bool no_shuffle = false;
  std::uint64_t seed = 42;

  std::string optim = "adamw_torch";
  std::string optim_args;  // a=1,b=2 or JSON
  double learning_rate = 5e-5;
  double weight_decay = 0;
  double adam_beta1 = 0.9;
  double adam_beta2 = 0.999;
  double adam_epsilon = 1e-8;
  double max_grad_norm = 1;
  std::string lr_scheduler_type = "linear";
  std::string lr_scheduler_kwargs;  // a=1,b=2 or JSON
  double warmup_ratio = 0;
  std::optional<double> warmup_steps;  // below 1: a share

  double label_smoothing_factor = 0;
  std::string class_weights;  // empty: none; "balanced" or w0,w1,…
  std::optional<double> dropout;
  std::optional<double> layerwise_lr_decay;
  std::string freeze;  // globs, a,b
  std::int64_t freeze_layers = 0;
  bool freeze_embeddings = false;

  std::optional<std::int64_t> lora_r;  // absent: the whole model is trained
  double lora_alpha = 8;
  double lora_dropout = 0;
  std::vector<std::string> lora_target_modules;  // empty: PEFT's for the model type
  std::vector<std::string> lora_modules_to_save;
  std::string lora_bias = "none";
  bool use_rslora = false;

  bool gradient_checkpointing = false;
  std::string dtype = "auto";
  std::string device = "auto";

  std::string logging_strategy = "steps";
  double logging_steps = 50;
  bool logging_first_step = false;
  std::string eval_strategy = "epoch";
  std::optional<double> eval_steps;  // absent: logging_steps
  double eval_delay = 0;
  bool eval_on_start = false;
  std::size_t eval_errors = 50;

  std::string save_strategy = "epoch";
  double save_steps = 500;
  std::size_t save_total_limit = 1;
  bool load_best_model_at_end = false;
  std::string metric_for_best_model;      // empty: loss, where one is needed
  std::optional<bool> greater_is_better;  // absent: by the metric's name
  std::optional<std::int64_t> early_stopping_patience;
  double early_stopping_threshold = 0;
  std::string resume_from_checkpoint;
  std::string output_dir;

  std::string run_name;
  std::string group;
  std::string tags;  // a,b
  std::string notes;
  std::string report_to = "tracker";
  // Models as versions of an artifact: "false", "end" (the model that is saved), "checkpoint" (each
  // checkpoint as well). The words are those of WANDB_LOG_MODEL.
  std::string log_model = "false";
  std::string model_name;  // of the artifact; empty: model-RUN NAME
};

}  // namespace trainer
