#include <nlohmann/json.hpp>

#include "api/option_value.hpp"
#include "api/train_options.hpp"

// The options by their flags' names; a test of the command line holds this list against its flags.
namespace trainer::api {

nlohmann::ordered_json to_json(FineTuneOptions o) {
  if (!o.eval_batch_size) o.eval_batch_size = o.batch_size;
  if (!o.eval_steps) o.eval_steps = o.logging_steps;
  auto json = nlohmann::ordered_json::object();
  const auto add = [&json](const char* key, const auto& value) { json[key] = json_of(value); };
  add("model", o.model);
  add("revision", o.revision);
  add("dataset", o.data.dataset);
  add("dataset_config", o.data.dataset_config);
  add("dataset_revision", o.data.dataset_revision);
  add("text_column", o.data.text_column);
  add("text_pair_column", o.data.text_pair_column);
  add("label_column", o.data.label_columns);
  add("problem_type", o.data.problem_type);
  add("csv_delimiter", o.data.csv_delimiter);
  add("train_split", o.data.train_split);
  add("eval_split", o.data.eval_split);
  add("test_size", o.data.test_size);
  add("stratify", o.data.stratify);
  add("eval_dataset", o.eval_dataset);
  add("train_samples", o.train_samples);
  add("eval_samples", o.eval_samples);
  add("shuffle_seed", o.shuffle_seed);
  add("streaming", o.streaming);
  add("shuffle_buffer_size", o.shuffle_buffer_size);
  add("max_length", o.max_length);
  add("num_train_epochs", o.num_train_epochs);
  add("max_steps", o.max_steps);
  add("batch_size", o.batch_size);
  add("eval_batch_size", o.eval_batch_size);
  add("gradient_accumulation_steps", o.gradient_accumulation_steps);
  add("no_shuffle", o.no_shuffle);
  add("seed", o.seed);
  add("optim", o.optim);
  add("optim_args", o.optim_args);
  add("learning_rate", o.learning_rate);
  add("weight_decay", o.weight_decay);
  add("adam_beta1", o.adam_beta1);
  add("adam_beta2", o.adam_beta2);
  add("adam_epsilon", o.adam_epsilon);
  add("max_grad_norm", o.max_grad_norm);
  add("lr_scheduler_type", o.lr_scheduler_type);
  add("lr_scheduler_kwargs", o.lr_scheduler_kwargs);
  add("warmup_ratio", o.warmup_ratio);
  add("warmup_steps", o.warmup_steps);
  add("label_smoothing_factor", o.label_smoothing_factor);
  add("class_weights", o.class_weights);
  add("dropout", o.dropout);
  add("layerwise_lr_decay", o.layerwise_lr_decay);
  add("freeze", o.freeze);
  add("freeze_layers", o.freeze_layers);
  add("freeze_embeddings", o.freeze_embeddings);
  add("lora_r", o.lora_r);
  add("lora_alpha", o.lora_alpha);
  add("lora_dropout", o.lora_dropout);
  add("lora_target_modules", o.lora_target_modules);
  add("lora_modules_to_save", o.lora_modules_to_save);
  add("lora_bias", o.lora_bias);
  add("use_rslora", o.use_rslora);
  add("dtype", o.dtype);
  add("gradient_checkpointing", o.gradient_checkpointing);
  add("device", o.device);
  add("logging_strategy", o.logging_strategy);
  add("logging_steps", o.logging_steps);
  add("logging_first_step", o.logging_first_step);
  add("eval_strategy", o.eval_strategy);
  add("eval_steps", o.eval_steps);
  add("eval_delay", o.eval_delay);
  add("eval_on_start", o.eval_on_start);
  add("eval_errors", o.eval_errors);
  add("load_best_model_at_end", o.load_best_model_at_end);
  add("metric_for_best_model", o.metric_for_best_model);
  add("greater_is_better", o.greater_is_better);
  add("early_stopping_patience", o.early_stopping_patience);
  add("early_stopping_threshold", o.early_stopping_threshold);
  add("save_strategy", o.save_strategy);
  add("save_steps", o.save_steps);
  add("save_total_limit", o.save_total_limit);
  add("resume_from_checkpoint", o.resume_from_checkpoint);
  add("output_dir", o.output_dir);
  add("report_to", o.report_to);
  add("log_model", o.log_model);
  return json;
}

}  // namespace trainer::api
