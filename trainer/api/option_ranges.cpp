#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "api/option_bounds.hpp"
#include "api/train_options.hpp"
#include "config/error.hpp"

// Numbers and words that options may have. The command line refuses most of them as it reads them;
// a program of one's own has only this.
namespace trainer::api {
namespace {

enum class Least { kIncluded, kExcluded };

struct Number {
  std::string_view flag;
  std::optional<double> value;  // absent: not given
  double least = 0;
  double most = kMostNumber;
  Least least_is = Least::kIncluded;
};

template <class T>
std::optional<double> given(const std::optional<T>& value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

std::vector<Number> counts(const FineTuneOptions& a) {
  constexpr double kLargestBatch = 65536, kLongestText = 1 << 22, kLargestRank = 65536;
  const auto count = [](auto value) { return static_cast<double>(value); };
  return {{"--train-samples", given(a.train_samples), 1},
          {"--eval-samples", given(a.eval_samples), 1},
          {"--shuffle-buffer-size", count(a.shuffle_buffer_size), 1},
          {"--max-length", given(a.max_length), 1, kLongestText},
          {"--max-steps", given(a.max_steps), 1},
          {"--batch-size", count(a.batch_size), 1, kLargestBatch},
          {"--eval-batch-size", given(a.eval_batch_size), 1, kLargestBatch},
          {"--gradient-accumulation-steps", count(a.gradient_accumulation_steps), 1, kLargestBatch},
          {"--freeze-layers", count(a.freeze_layers)},
          {"--lora-r", given(a.lora_r), 1, kLargestRank},
          {"--early-stopping-patience", given(a.early_stopping_patience), 1}};
}

std::vector<Number> numbers(const FineTuneOptions& a) {
  constexpr double kProbability = 0.999, kBelowOne = 0.9999999, kTebibyte = 1048576;
  return {{"--num-train-epochs", a.num_train_epochs, 0, kMostNumber, Least::kExcluded},
          {"--token-cache-limit", a.token_cache.limit_gib, 0, kTebibyte},
          {"--learning-rate", a.learning_rate},
          {"--weight-decay", a.weight_decay},
          {"--adam-beta1", a.adam_beta1, 0, kBelowOne},
          {"--adam-beta2", a.adam_beta2, 0, kBelowOne},
          {"--adam-epsilon", a.adam_epsilon},
          {"--max-grad-norm", a.max_grad_norm},
          {"--warmup-ratio", a.warmup_ratio, 0, 1},
          {"--warmup-steps", a.warmup_steps},
          {"--label-smoothing-factor", a.label_smoothing_factor, 0, kProbability},
          {"--dropout", a.dropout, 0, kProbability},
          {"--layerwise-lr-decay", a.layerwise_lr_decay, 0.01, 1},
          {"--lora-alpha", a.lora_alpha, 0, kMostNumber, Least::kExcluded},
          {"--lora-dropout", a.lora_dropout, 0, kProbability},
          {"--logging-steps", a.logging_steps, 0, kMostNumber, Least::kExcluded},
          {"--eval-steps", a.eval_steps, 0, kMostNumber, Least::kExcluded},
          {"--save-steps", a.save_steps, 0, kMostNumber, Least::kExcluded},
          {"--eval-delay", a.eval_delay},
          {"--early-stopping-threshold", a.early_stopping_threshold}};
}

// NaN is in no range.
void check_number(const Number& number) {
  if (!number.value) return;
  const bool excluded = number.least_is == Least::kExcluded;
  const bool enough = excluded ? *number.value > number.least : *number.value >= number.least;
  if (enough && *number.value <= number.most) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("{} {}: must be {} {} and at most {}", number.flag, *number.value,
                          excluded ? "above" : "at least", number.least, number.most));
}

void check_word(std::string_view flag, const std::string& word,
                const std::vector<std::string_view>& known) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("{} '{}' is not known: use {}", flag, word, fmt::join(known, ", ")));
}

}  // namespace

void check_ranges(const FineTuneOptions& a) {
  for (const Number& number : counts(a)) check_number(number);
  for (const Number& number : numbers(a)) check_number(number);
  check_word("--logging-strategy", a.logging_strategy, {"steps", "epoch", "no"});
  check_word("--eval-strategy", a.eval_strategy, {"epoch", "steps", "no"});
  check_word("--save-strategy", a.save_strategy, {"epoch", "steps", "best", "no"});
  check_word("--report-to", a.report_to, {"tracker", "none"});
  check_word("--dtype", a.dtype, {"auto", "float32", "bfloat16"});
}

}  // namespace trainer::api
