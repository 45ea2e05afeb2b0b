#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include "cli/token_arguments.hpp"
#include "cli/yaml_config.hpp"

namespace trainer::cli {
namespace {

const CLI::Range kProbability(0.0, 0.999);

void model_options(CLI::App& app, std::string& model, std::string& revision) {
  app.add_option("--model", model, "hub id, or a directory with config.json, weights and tokenizer")
      ->group("Model and data");
  app.add_option("--revision", revision, "branch, tag or commit of the hub's model")
      ->capture_default_str()
      ->group("Model and data");
}

void data_options(CLI::App& app, DataArguments& data) {
  const char* group = "Model and data";
  app.add_option("--dataset", data.dataset,
                 "imdb, a file (csv, jsonl, json, parquet, tar.gz), a directory or a hub id")
      ->capture_default_str()
      ->group(group);
  app.add_option("--text-column", data.text_column, "column of the text")
      ->capture_default_str()
      ->group(group);
  app.add_option("--text-pair-column", data.text_pair_column, "column of a second text, for pairs")
      ->group(group);
  app.add_option("--label-column", data.label_column, "column of the class")
      ->capture_default_str()
      ->group(group);
}

void train_data_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Model and data";
  model_options(app, a.model, a.revision);
  data_options(app, a.data);
  token_cache_options(app, a.token_cache);
  app.add_option("--eval-dataset", a.eval_dataset,
                 "rows to evaluate on [the data set's test split]")
      ->group(group);
  app.add_option("--train-samples", a.train_samples, "train on that many shuffled rows [all]")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--eval-samples", a.eval_samples, "evaluate on that many shuffled rows [all]")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--shuffle-seed", a.shuffle_seed,
                 "which rows those are, as datasets.shuffle(seed)")
      ->capture_default_str()
      ->group(group);
  app.add_option("--max-length", a.max_length,
                 "tokens of a text at most [512, or what the model takes]")
      ->check(CLI::PositiveNumber)
      ->group(group);
}

void optimisation_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Training";
  app.add_option("--num-train-epochs", a.num_train_epochs, "passes over the data")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--max-steps", a.max_steps, "optimizer steps, instead of epochs")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--batch-size", a.batch_size, "texts per forward pass")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536))
      ->group(group);
  app.add_option("--eval-batch-size", a.eval_batch_size, "the same in evaluation [--batch-size]")
      ->check(CLI::Range(1, 65536))
      ->group(group);
  app.add_option("--gradient-accumulation-steps", a.gradient_accumulation_steps,
                 "batches per optimizer step")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536))
      ->group(group);
  app.add_option("--learning-rate", a.learning_rate, "peak rate of AdamW")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->group(group);
  app.add_option("--weight-decay", a.weight_decay, "not for biases and norms")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->group(group);
  auto* ratio =
      app.add_option("--warmup-ratio", a.warmup_ratio, "share of the steps that the rate rises")
          ->capture_default_str()
          ->check(CLI::Range(0.0, 1.0))
          ->group(group);
  app.add_option("--warmup-steps", a.warmup_steps, "the same in steps")
      ->check(CLI::NonNegativeNumber)
      ->excludes(ratio)
      ->group(group);
  app.add_option("--lr-scheduler-type", a.lr_scheduler_type,
                 "linear, cosine, cosine_with_restarts, polynomial, constant, "
                 "constant_with_warmup, inverse_sqrt")
      ->capture_default_str()
      ->group(group);
  app.add_option("--max-grad-norm", a.max_grad_norm,
                 "gradients are clipped to this norm; 0: not clipped")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->group(group);
  app.add_option("--dropout", a.dropout,
                 "probability of every dropout [as the model's config says]")
      ->check(kProbability)
      ->group(group);
  app.add_flag("--no-shuffle", a.no_shuffle, "take the rows in order in every epoch")->group(group);
  app.add_option("--seed", a.seed, "of new weights, order and dropout")
      ->capture_default_str()
      ->group(group);
}

void machine_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Machine";
  app.add_option("--dtype", a.dtype,
                 "auto, float32 or bfloat16 compute; weights are always kept in float32")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "float32", "bfloat16"}))
      ->group(group);
  app.add_option("--device", a.device, "auto, cpu or cuda[:N]")
      ->capture_default_str()
      ->group(group);
}

void output_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Evaluation and output";
  app.add_option("--logging-steps", a.logging_steps, "steps between logged training rows")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--eval-strategy", a.eval_strategy, "epoch, steps or no")
      ->capture_default_str()
      ->check(CLI::IsMember({"epoch", "steps", "no"}))
      ->group(group);
  app.add_option("--eval-steps", a.eval_steps, "for --eval-strategy steps [--logging-steps]")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--save-strategy", a.save_strategy,
                 "when to write a checkpoint: epoch, steps or no")
      ->capture_default_str()
      ->check(CLI::IsMember({"epoch", "steps", "no"}))
      ->group(group);
  app.add_option("--save-steps", a.save_steps, "for --save-strategy steps")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--save-total-limit", a.save_total_limit, "checkpoints kept, the newest; 0: all")
      ->capture_default_str()
      ->group(group);
  app.add_option("--resume-from-checkpoint", a.resume_from_checkpoint,
                 "a checkpoint, or an output directory with some")
      ->group(group);
  app.add_option("--output-dir", a.output_dir, "where the model goes [outputs/<run name>]")
      ->group(group);
  app.add_option("--log-model", a.log_model,
                 "store the model with the run: end, checkpoint or false")
      ->capture_default_str()
      ->check(CLI::IsMember({"end", "checkpoint", "false"}))
      ->group(group);
}

void tracker_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Tracker";
  app.add_option("--project", a.project, "project of the run [the data set's name]")->group(group);
  app.add_option("--run-name", a.run_name, "name of the run [a generated one]")->group(group);
  app.add_option("--group", a.group, "group of the run")->group(group);
  app.add_option("--tags", a.tags, "tags, separated by commas")->group(group);
  app.add_option("--notes", a.notes, "a remark")->group(group);
  app.add_option("--report-to", a.report_to, "tracker or none")
      ->capture_default_str()
      ->check(CLI::IsMember({"tracker", "none"}))
      ->group(group);
}

void files_options(CLI::App& app, std::string& input, std::string& output) {
  app.add_option("--input", input, "JSON lines; - for standard input")->required()->group("Files");
  app.add_option("--output", output, "- for standard output")->required()->group("Files");
}

void max_length_option(CLI::App& app, std::optional<std::size_t>& max_length, const char* help) {
  app.add_option("--max-length", max_length, help)
      ->check(CLI::PositiveNumber)
      ->group("Model and data");
}

void dtype_option(CLI::App& app, std::string& dtype) {
  app.add_option("--dtype", dtype, "auto, float32 or bfloat16")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "float32", "bfloat16"}))
      ->group("Machine");
}

void batch_option(CLI::App& app, std::int64_t& batch_size) {
  app.add_option("--batch-size", batch_size, "texts per forward pass")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536))
      ->group("Machine");
}

CLI::App& subcommand(CLI::App& app, const char* name, const char* help) {
  CLI::App& sub = *app.add_subcommand(name, help);
  sub.fallthrough(false);
  return sub;
}

void define_subcommands(CLI::App& app, Arguments& a) {
  CLI::App& tokenize = subcommand(app, "tokenize", "texts to token ids");
  tokenize.add_option("--model", a.tokenize.model, "directory with the tokenizer")
      ->required()
      ->group("Files");
  files_options(tokenize, a.tokenize.input, a.tokenize.output);
  token_options(tokenize, a.tokenize);
  tokenize.callback([&a] { a.command = Command::kTokenize; });

  CLI::App& predict = subcommand(app, "predict", "texts to labels, scores and logits");
  model_options(predict, a.predict.model, a.predict.revision);
  files_options(predict, a.predict.input, a.predict.output);
  max_length_option(predict, a.predict.max_length,
                    "tokens of a text at most [what the model takes]");
  batch_option(predict, a.predict.batch_size);
  dtype_option(predict, a.predict.dtype);
  predict.callback([&a] { a.command = Command::kPredict; });

  CLI::App& evaluate = subcommand(app, "evaluate", "metrics of a model on labelled rows");
  model_options(evaluate, a.evaluate.model, a.evaluate.revision);
  data_options(evaluate, a.evaluate.data);
  token_cache_options(evaluate, a.evaluate.token_cache);
  evaluate.add_option("--eval-samples", a.evaluate.samples, "that many shuffled rows [all]")
      ->check(CLI::PositiveNumber)
      ->group("Model and data");
  evaluate.add_option("--shuffle-seed", a.evaluate.shuffle_seed, "which rows those are")
      ->capture_default_str()
      ->group("Model and data");
  max_length_option(evaluate, a.evaluate.max_length,
                    "tokens of a text at most [512, or what the model takes]");
  batch_option(evaluate, a.evaluate.batch_size);
  dtype_option(evaluate, a.evaluate.dtype);
  evaluate.add_flag("--json", a.evaluate.json, "print JSON instead of a table")->group("Files");
  evaluate.callback([&a] { a.command = Command::kEvaluate; });

  CLI::App& gradcheck =
      subcommand(app, "gradcheck", "gradients of the mean loss over a file, dropout off");
  model_options(gradcheck, a.gradcheck.model, a.gradcheck.revision);
  files_options(gradcheck, a.gradcheck.input, a.gradcheck.output);
  max_length_option(gradcheck, a.gradcheck.max_length,
                    "tokens of a text at most [what the model takes]");
  dtype_option(gradcheck, a.gradcheck.dtype);
  gradcheck.callback([&a] { a.command = Command::kGradcheck; });
}

}  // namespace

void define(CLI::App& app, Arguments& arguments) {
  app.require_subcommand(0, 1);
  train_data_options(app, arguments.train);
  optimisation_options(app, arguments.train);
  machine_options(app, arguments.train);
  output_options(app, arguments.train);
  tracker_options(app, arguments.train);
  app.set_config("--config", "", "YAML file with any of these flags; the command line wins")
      ->group("Evaluation and output");
  app.config_formatter(std::make_shared<YamlConfig>());
  app.allow_config_extras(CLI::config_extras_mode::error);
  define_subcommands(app, arguments);
}

}  // namespace trainer::cli
