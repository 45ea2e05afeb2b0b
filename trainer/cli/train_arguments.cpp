#include <CLI/CLI.hpp>

#include "cli/arguments.hpp"
#include "cli/checks.hpp"
#include "train/optimizer.hpp"
#include "train/schedule.hpp"

// The flags of training, by the groups in which --help shows them.
namespace trainer::cli {
namespace {

const CLI::Range kProbability(0.0, 0.999);
const CLI::Range kBelowOne(0.0, 0.9999999);
const CLI::Range kCount(1, 65536);

void length_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Length and batches";
  app.add_option("--num-train-epochs", a.num_train_epochs, "passes over the data")
      ->capture_default_str()
      ->check(above_zero())
      ->group(group);
  app.add_option("--max-steps", a.max_steps, "optimizer steps, instead of epochs")
      ->check(above_zero())
      ->group(group);
  app.add_option("--batch-size", a.batch_size, "texts per forward pass")
      ->capture_default_str()
      ->check(kCount)
      ->group(group);
  app.add_option("--eval-batch-size", a.eval_batch_size,
                 "texts per forward pass in evaluation [--batch-size]")
      ->check(kCount)
      ->group(group);
  app.add_option("--gradient-accumulation-steps", a.gradient_accumulation_steps,
                 "batches per optimizer step; the loss is the mean over all their rows")
      ->capture_default_str()
      ->check(kCount)
      ->group(group);
  app.add_flag("--no-shuffle", a.no_shuffle, "take the rows in order in every epoch")->group(group);
  app.add_option("--seed", a.seed, "of new weights, order and dropout")
      ->capture_default_str()
      ->group(group);
}

void optimizer_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Optimizer";
  app.add_option("--optim", a.optim, train::optimizer_names())->capture_default_str()->group(group);
  app.add_option("--optim-args", a.optim_args, "key=value,… of sgd: momentum, dampening, nesterov")
      ->group(group);
  app.add_option("--learning-rate", a.learning_rate, "peak rate")
      ->capture_default_str()
      ->check(zero_or_more())
      ->group(group);
  app.add_option("--weight-decay", a.weight_decay, "not for biases and norms")
      ->capture_default_str()
      ->check(zero_or_more())
      ->group(group);
  app.add_option("--adam-beta1", a.adam_beta1, "of AdamW and Lion")
      ->capture_default_str()
      ->check(kBelowOne)
      ->group(group);
  app.add_option("--adam-beta2", a.adam_beta2, "of AdamW and Lion")
      ->capture_default_str()
      ->check(kBelowOne)
      ->group(group);
  app.add_option("--adam-epsilon", a.adam_epsilon, "of AdamW")
      ->capture_default_str()
      ->check(zero_or_more())
      ->group(group);
  app.add_option("--max-grad-norm", a.max_grad_norm,
                 "gradients are clipped to this norm; 0: not clipped")
      ->capture_default_str()
      ->check(zero_or_more())
      ->group(group);
}

void schedule_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Learning rate schedule";
  app.add_option("--lr-scheduler-type", a.lr_scheduler_type, train::schedule_names())
      ->capture_default_str()
      ->group(group);
  app.add_option("--lr-scheduler-kwargs", a.lr_scheduler_kwargs,
                 "its arguments, as transformers names them: key=value,… or a JSON object")
      ->group(group);
  auto* ratio =
      app.add_option("--warmup-ratio", a.warmup_ratio, "share of the steps that the rate rises")
          ->capture_default_str()
          ->check(CLI::Range(0.0, 1.0))
          ->group(group);
  app.add_option("--warmup-steps", a.warmup_steps,
                 "steps that the rate rises; below 1: a share of all")
      ->check(zero_or_more())
      ->excludes(ratio)
      ->group(group);
}

void regularisation_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Loss and what is trained";
  app.add_option("--label-smoothing-factor", a.label_smoothing_factor,
                 "share of the target spread over all classes; evaluation's loss too")
      ->capture_default_str()
      ->check(kProbability)
      ->group(group);
  app.add_option("--class-weights", a.class_weights,
                 "balanced (rows / (classes * rows of the class)), or a weight per class: 1,2.5")
      ->group(group);
  app.add_option("--dropout", a.dropout,
                 "probability of every dropout [as the model's config says]")
      ->check(kProbability)
      ->group(group);
  app.add_option("--layerwise-lr-decay", a.layerwise_lr_decay,
                 "each layer's share of the learning rate of the one above it")
      ->check(CLI::Range(0.01, 1.0))
      ->group(group);
  app.add_option("--freeze", a.freeze,
                 "parameters that keep their values: globs on the checkpoint's names, "
                 "'*.layer.0.*,*bias'")
      ->group(group);
  app.add_option("--freeze-layers", a.freeze_layers, "the first N layers keep their values")
      ->capture_default_str()
      ->check(zero_or_more())
      ->group(group);
  app.add_flag("--freeze-embeddings", a.freeze_embeddings, "the embeddings keep their values")
      ->group(group);
}

void machine_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Machine";
  app.add_option("--dtype", a.dtype,
                 "auto, float32 or bfloat16 compute; weights are always kept in float32")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "float32", "bfloat16"}))
      ->group(group);
  app.add_option("--device", a.device, "auto or cpu")->capture_default_str()->group(group);
}

void evaluation_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Logging and evaluation";
  const CLI::IsMember strategy({"epoch", "steps", "no"});
  app.add_option("--logging-strategy", a.logging_strategy, "steps, epoch or no")
      ->capture_default_str()
      ->check(strategy)
      ->group(group);
  app.add_option("--logging-steps", a.logging_steps,
                 "steps between logged training rows; below 1: a share of all")
      ->capture_default_str()
      ->check(above_zero())
      ->group(group);
  app.add_flag("--logging-first-step", a.logging_first_step, "log the first step as well")
      ->group(group);
  app.add_option("--eval-strategy", a.eval_strategy,
                 "epoch, steps or no; the last step is evaluated too, unless no")
      ->capture_default_str()
      ->check(strategy)
      ->group(group);
  app.add_option("--eval-steps", a.eval_steps, "for --eval-strategy steps [--logging-steps]")
      ->check(above_zero())
      ->group(group);
  app.add_option("--eval-delay", a.eval_delay,
                 "epochs or steps, by the strategy, before the first evaluation")
      ->capture_default_str()
      ->check(zero_or_more())
      ->group(group);
  app.add_flag("--eval-on-start", a.eval_on_start, "evaluate before the first step")->group(group);
  app.add_option("--eval-errors", a.eval_errors,
                 "rows of highest loss that eval_errors.jsonl names; 0: no such file")
      ->capture_default_str()
      ->group(group);
}

void best_model_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Best model";
  app.add_flag("--load-best-model-at-end", a.load_best_model_at_end,
               "end with the best evaluated checkpoint instead of the last")
      ->group(group);
  app.add_option("--metric-for-best-model", a.metric_for_best_model,
                 "loss, accuracy, f1, …: any logged eval/ metric [loss, where one is needed]")
      ->group(group);
  app.add_option("--greater-is-better", a.greater_is_better, "true or false [by the metric's name]")
      ->group(group);
  app.add_option("--early-stopping-patience", a.early_stopping_patience,
                 "end after that many evaluations without gain [never]")
      ->check(above_zero())
      ->group(group);
  app.add_option("--early-stopping-threshold", a.early_stopping_threshold,
                 "what a gain must exceed")
      ->capture_default_str()
      ->check(zero_or_more())
      ->group(group);
}

void output_options(CLI::App& app, TrainArguments& a) {
  const char* group = "Checkpoints and output";
  app.add_option("--save-strategy", a.save_strategy,
                 "when to write a checkpoint: epoch, steps, best or no")
      ->capture_default_str()
      ->check(CLI::IsMember({"epoch", "steps", "best", "no"}))
      ->group(group);
  app.add_option("--save-steps", a.save_steps, "for --save-strategy steps; below 1: a share of all")
      ->capture_default_str()
      ->check(above_zero())
      ->group(group);
  app.add_option("--save-total-limit", a.save_total_limit,
                 "checkpoints kept, the newest and the best; 0: all")
      ->capture_default_str()
      ->group(group);
  app.add_option("--resume-from-checkpoint", a.resume_from_checkpoint,
                 "a checkpoint, or an output directory with some")
      ->group(group);
  app.add_option("--output-dir", a.output_dir, "where the model goes [outputs/<run name>]")
      ->group(group);
  // Not built: refused by name, and not offered.
  app.add_option("--log-model", a.log_model)
      ->check(CLI::IsMember({"end", "checkpoint", "false"}))
      ->group("");
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

}  // namespace

void define_training(CLI::App& app, TrainArguments& arguments) {
  length_options(app, arguments);
  optimizer_options(app, arguments);
  schedule_options(app, arguments);
  regularisation_options(app, arguments);
  machine_options(app, arguments);
  evaluation_options(app, arguments);
  best_model_options(app, arguments);
  output_options(app, arguments);
  tracker_options(app, arguments);
}

}  // namespace trainer::cli
