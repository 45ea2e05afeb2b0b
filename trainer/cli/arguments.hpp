#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/options.hpp"
#include "cli/flags.hpp"
#include "cli/hub_arguments.hpp"

// What the command line says, before any of it is looked at. Names and defaults are those of
// Hugging Face's TrainingArguments, with dashes, where it has one; `trainer --help` is the
// reference.
namespace trainer::cli {

using DataArguments = DataOptions;
using TokenCacheArguments = TokenCacheOptions;
using TrainArguments = FineTuneOptions;

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

struct ExportArguments {
  std::string model;
  std::string revision = "main";
  std::string output;
  bool merge = false;
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

struct ModelsArguments {
  bool json = false;
};

struct InspectArguments {
  std::string model;
  std::string revision = "main";
  bool download = false;
  bool json = false;
};

enum class Command {
  kTrain,
  kTokenize,
  kPredict,
  kEvaluate,
  kGradcheck,
  kModels,
  kInspect,
  kExport,
  kHub
};

struct Arguments {
  Command command = Command::kTrain;
  TrainArguments train;
  bool print_config = false;
  TokenizeArguments tokenize;
  PredictArguments predict;
  EvaluateArguments evaluate;
  GradcheckArguments gradcheck;
  ModelsArguments models;
  InspectArguments inspect;
  ExportArguments exported;
  HubCommand hub_command = HubCommand::kDownload;  // of Command::kHub
  HubArguments hub;
};

// All flags of the train command, and those that it shares with others. They point into the
// arguments.
inline constexpr std::string_view kModelAndData = "Model and data";
std::vector<Flag> training_flags(TrainArguments& arguments);
std::vector<Flag> lora_flags(TrainArguments& arguments);
std::vector<Flag> model_flags(std::string& model, std::string& revision);
std::vector<Flag> data_flags(DataArguments& data);
std::vector<Flag> split_flags(DataArguments& data);
std::vector<Flag> token_cache_flags(TokenCacheArguments& cache);

// Fills `arguments` while `app` parses; both must outlive the parse.
void define(CLI::App& app, Arguments& arguments);

}  // namespace trainer::cli
