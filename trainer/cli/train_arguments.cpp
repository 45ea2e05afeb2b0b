#include <array>
#include <iterator>

#include "cli/arguments.hpp"
#include "cli/checks.hpp"
#include "train/optimizer.hpp"
#include "train/schedule.hpp"

// The flags of training, by the groups in which --help shows them.
namespace trainer::cli {
namespace {

using Flags = std::vector<Flag>;
const CLI::Range kProbability(0.0, 0.999);
const CLI::Range kBelowOne(0.0, 0.9999999);
const CLI::Range kCount(1, 65536);

Flags row_flags(TrainArguments& a) {
  constexpr std::string_view group = kModelAndData;
  return {
      {group, "--eval-dataset", "rows to evaluate on [the data set's test split]", &a.eval_dataset},
      {group,
       "--train-samples",
       "train on that many shuffled rows [all]",
       &a.train_samples,
       {CLI::PositiveNumber}},
      {group,
       "--eval-samples",
       "evaluate on that many shuffled rows [all]",
       &a.eval_samples,
       {CLI::PositiveNumber}},
      {group, "--shuffle-seed", "seed that rows are drawn with, as datasets.shuffle(seed)",
       &a.shuffle_seed},
      {group, "--streaming",
       "read training rows as they are wanted instead of all into memory; each epoch reads them "
       "anew",
       &a.streaming},
      {group,
       "--shuffle-buffer-size",
       "rows among which a stream is shuffled, as datasets.IterableDataset.shuffle(seed, "
       "buffer_size)",
       &a.shuffle_buffer_size,
       {CLI::PositiveNumber}},
      {group,
       "--max-length",
       "tokens of a text at most [512, or what the model takes]",
       &a.max_length,
       {CLI::PositiveNumber}},
  };
}

Flags length_flags(TrainArguments& a) {
  constexpr std::string_view group = "Length and batches";
  return {
      {group, "--num-train-epochs", "passes over the data", &a.num_train_epochs, {above_zero()}},
      {group, "--max-steps", "optimizer steps, instead of epochs", &a.max_steps, {above_zero()}},
      {group, "--batch-size", "texts per forward pass", &a.batch_size, {kCount}},
      {group,
       "--eval-batch-size",
       "texts per forward pass in evaluation [--batch-size]",
       &a.eval_batch_size,
       {kCount}},
      {group,
       "--gradient-accumulation-steps",
       "batches per optimizer step; the loss is the mean over all their rows",
       &a.gradient_accumulation_steps,
       {kCount}},
      {group, "--no-shuffle", "take the rows in order in every epoch", &a.no_shuffle},
      {group, "--seed", "of new weights, order and dropout", &a.seed}};
}

Flags optimizer_flags(TrainArguments& a) {
  constexpr std::string_view group = "Optimizer";
  return {
      {group, "--optim", train::optimizer_names(), &a.optim},
      {group, "--optim-args", "key=value,… of sgd: momentum, dampening, nesterov", &a.optim_args},
      {group, "--learning-rate", "peak rate", &a.learning_rate, {zero_or_more()}},
      {group, "--weight-decay", "not for biases and norms", &a.weight_decay, {zero_or_more()}},
      {group, "--adam-beta1", "of AdamW and Lion", &a.adam_beta1, {kBelowOne}},
      {group, "--adam-beta2", "of AdamW and Lion", &a.adam_beta2, {kBelowOne}},
      {group, "--adam-epsilon", "of AdamW", &a.adam_epsilon, {zero_or_more()}},
      {group,
       "--max-grad-norm",
       "gradients are clipped to this norm; 0: not clipped",
       &a.max_grad_norm,
       {zero_or_more()}}};
}

Flags schedule_flags(TrainArguments& a) {
  constexpr std::string_view group = "Learning rate schedule";
  return {{group, "--lr-scheduler-type", train::schedule_names(), &a.lr_scheduler_type},
          {group, "--lr-scheduler-kwargs",
           "its arguments, as transformers names them: key=value,… or a JSON object",
           &a.lr_scheduler_kwargs},
          {group,
           "--warmup-ratio",
           "share of the steps that the rate rises",
           &a.warmup_ratio,
           {CLI::Range(0.0, 1.0)}},
          {group,
           "--warmup-steps",
           "steps that the rate rises; below 1: a share of all",
           &a.warmup_steps,
           {zero_or_more()},
           "--warmup-ratio"}};
}

Flags regularisation_flags(TrainArguments& a) {
  constexpr std::string_view group = "Loss and what is trained";
  return {{group,
           "--label-smoothing-factor",
           "share of the target spread over all classes; evaluation's loss too",
           &a.label_smoothing_factor,
           {kProbability}},
          {group, "--class-weights",
           "balanced (rows / (classes * rows of the class)), or a weight per class: 1,2.5",
           &a.class_weights},
          {group,
           "--dropout",
           "probability of every dropout [as the model's config says]",
           &a.dropout,
           {kProbability}},
          {group,
           "--layerwise-lr-decay",
           "each layer's share of the learning rate of the one above it",
           &a.layerwise_lr_decay,
           {CLI::Range(0.01, 1.0)}},
          {group, "--freeze",
           "parameters that keep their values: globs on the checkpoint's names, "
           "'*.layer.0.*,*bias'",
           &a.freeze},
          {group,
           "--freeze-layers",
           "the first N layers keep their values",
           &a.freeze_layers,
           {zero_or_more()}},
          {group, "--freeze-embeddings", "the embeddings keep their values", &a.freeze_embeddings}};
}

Flags machine_flags(TrainArguments& a) {
  constexpr std::string_view group = "Machine";
  return {{group,
           "--dtype",
           "auto, float32 or bfloat16 compute; weights are always kept in float32",
           &a.dtype,
           {CLI::IsMember({"auto", "float32", "bfloat16"})}},
          {group, "--gradient-checkpointing",
           "keep each layer's input only and compute the rest again in backward: less memory, more "
           "time",
           &a.gradient_checkpointing},
          {group, "--device", "auto or cpu", &a.device}};
}

Flags evaluation_flags(TrainArguments& a) {
  constexpr std::string_view group = "Logging and evaluation";
  const CLI::IsMember strategy({"epoch", "steps", "no"});
  return {{group, "--logging-strategy", "steps, epoch or no", &a.logging_strategy, {strategy}},
          {group,
           "--logging-steps",
           "steps between logged training rows; below 1: a share of all",
           &a.logging_steps,
           {above_zero()}},
          {group, "--logging-first-step", "log the first step as well", &a.logging_first_step},
          {group,
           "--eval-strategy",
           "epoch, steps or no; the last step is evaluated too, unless no",
           &a.eval_strategy,
           {strategy}},
          {group,
           "--eval-steps",
           "for --eval-strategy steps [--logging-steps]",
           &a.eval_steps,
           {above_zero()}},
          {group,
           "--eval-delay",
           "epochs or steps, by the strategy, before the first evaluation",
           &a.eval_delay,
           {zero_or_more()}},
          {group, "--eval-on-start", "evaluate before the first step", &a.eval_on_start},
          {group, "--eval-errors",
           "rows of highest loss that eval_errors.jsonl names; 0: no such file", &a.eval_errors}};
}

Flags best_model_flags(TrainArguments& a) {
  constexpr std::string_view group = "Best model";
  return {
      {group, "--load-best-model-at-end",
       "end with the best evaluated checkpoint instead of the last", &a.load_best_model_at_end},
      {group, "--metric-for-best-model",
       "loss, accuracy, f1, …: any logged eval/ metric [loss, where one is needed]",
       &a.metric_for_best_model},
      {group, "--greater-is-better", "true or false [by the metric's name]", &a.greater_is_better},
      {group,
       "--early-stopping-patience",
       "end after that many evaluations without gain [never]",
       &a.early_stopping_patience,
       {above_zero()}},
      {group,
       "--early-stopping-threshold",
       "what a gain must exceed",
       &a.early_stopping_threshold,
       {zero_or_more()}}};
}

Flags output_flags(TrainArguments& a) {
  constexpr std::string_view group = "Checkpoints and output";
  return {{group,
           "--save-strategy",
           "when to write a checkpoint: epoch, steps, best or no",
           &a.save_strategy,
           {CLI::IsMember({"epoch", "steps", "best", "no"})}},
          {group,
           "--save-steps",
           "for --save-strategy steps; below 1: a share of all",
           &a.save_steps,
           {above_zero()}},
          {group, "--save-total-limit", "checkpoints kept, the newest and the best; 0: all",
           &a.save_total_limit},
          {group, "--resume-from-checkpoint", "a checkpoint, or an output directory with some",
           &a.resume_from_checkpoint},
          {group, "--output-dir", "where the model goes [outputs/<run name>]", &a.output_dir}};
}

Flags tracker_flags(TrainArguments& a) {
  constexpr std::string_view group = "Tracker";
  return {
      {group,
       "--project",
       "project of the run [the data set's name]",
       &a.project,
       {},
       "",
       Told::kNo},
      {group, "--run-name", "name of the run [a generated one]", &a.run_name, {}, "", Told::kNo},
      {group, "--group", "group of the run", &a.group, {}, "", Told::kNo},
      {group, "--tags", "tags, separated by commas", &a.tags, {}, "", Told::kNo},
      {group, "--notes", "a remark", &a.notes, {}, "", Told::kNo},
      {group, "--report-to", "tracker or none", &a.report_to, {CLI::IsMember({"tracker", "none"})}},
      {group,
       "--log-model",
       "keep the model as an artifact of the tracker: end (the saved model), checkpoint (each "
       "checkpoint too) or false",
       &a.log_model,
       {CLI::IsMember({"false", "end", "checkpoint"})}},
      {group,
       "--model-name",
       "name of that artifact [model-<run name>]",
       &a.model_name,
       {},
       "",
       Told::kNo}};
}

}  // namespace

std::vector<Flag> training_flags(TrainArguments& a) {
  Flags all;
  for (Flags& flags : std::array{
           model_flags(a.model, a.revision), data_flags(a.data), token_cache_flags(a.token_cache),
           split_flags(a.data), row_flags(a), length_flags(a), optimizer_flags(a),
           schedule_flags(a), regularisation_flags(a), lora_flags(a), machine_flags(a),
           evaluation_flags(a), best_model_flags(a), output_flags(a), tracker_flags(a)}) {
    all.insert(all.end(), std::make_move_iterator(flags.begin()),
               std::make_move_iterator(flags.end()));
  }
  return all;
}

}  // namespace trainer::cli
