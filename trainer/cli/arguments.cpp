#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include "cli/token_arguments.hpp"
#include "cli/yaml_config.hpp"

namespace trainer::cli {
namespace {

void files_options(CLI::App& app, std::string& input, std::string& output) {
  app.add_option("--input", input, "JSON lines; - for standard input")->required()->group("Files");
  app.add_option("--output", output, "file to write; - for standard output")
      ->required()
      ->group("Files");
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
  tokenize
      .add_option("--model", a.tokenize.model,
                  "directory with the tokenizer, or tracker://PROJECT/NAME[:VERSION]")
      ->required()
      ->group("Files");
  files_options(tokenize, a.tokenize.input, a.tokenize.output);
  token_options(tokenize, a.tokenize);
  tokenize.callback([&a] { a.command = Command::kTokenize; });

  CLI::App& predict = subcommand(app, "predict", "texts to labels, scores and logits");
  define_flags(predict, model_flags(a.predict.model, a.predict.revision));
  files_options(predict, a.predict.input, a.predict.output);
  max_length_option(predict, a.predict.max_length,
                    "tokens of a text at most [what the model takes]");
  batch_option(predict, a.predict.batch_size);
  dtype_option(predict, a.predict.dtype);
  predict.callback([&a] { a.command = Command::kPredict; });

  CLI::App& evaluate = subcommand(app, "evaluate", "metrics of a model on labelled rows");
  define_flags(evaluate, model_flags(a.evaluate.model, a.evaluate.revision));
  define_flags(evaluate, data_flags(a.evaluate.data));
  define_flags(evaluate, token_cache_flags(a.evaluate.token_cache));
  define_flags(evaluate, split_flags(a.evaluate.data));
  evaluate.add_option("--eval-samples", a.evaluate.samples, "that many shuffled rows [all]")
      ->check(CLI::PositiveNumber)
      ->group("Model and data");
  evaluate
      .add_option("--shuffle-seed", a.evaluate.shuffle_seed,
                  "seed that --eval-samples are drawn with")
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
  define_flags(gradcheck, model_flags(a.gradcheck.model, a.gradcheck.revision));
  gradcheck.add_option("--input", a.gradcheck.input, "labelled JSON lines; - for standard input")
      ->required()
      ->group("Files");
  gradcheck.add_option("--output", a.gradcheck.output, "safetensors file to write")
      ->required()
      ->group("Files");
  max_length_option(gradcheck, a.gradcheck.max_length,
                    "tokens of a text at most [what the model takes]");
  dtype_option(gradcheck, a.gradcheck.dtype);
  gradcheck.callback([&a] { a.command = Command::kGradcheck; });

  CLI::App& exported = subcommand(app, "export", "a model as a new directory, adapters merged");
  define_flags(exported, model_flags(a.exported.model, a.exported.revision));
  exported.add_option("--output", a.exported.output, "directory to make")
      ->required()
      ->group("Files");
  exported
      .add_flag("--merge", a.exported.merge,
                "add low-rank adapters to the weights, as PEFT's merge_and_unload")
      ->group("Files");
  exported.callback([&a] { a.command = Command::kExport; });
}

void define_descriptions(CLI::App& app, Arguments& a) {
  CLI::App& models =
      subcommand(app, "models", "the supported model types, with what was measured of each");
  models.add_flag("--json", a.models.json, "print JSON instead of a table");
  models.callback([&a] { a.command = Command::kModels; });

  CLI::App& inspect = subcommand(
      app, "inspect", "a model's architecture, size, tokenizer and what would be loaded of it");
  inspect.add_option("model,--model", a.inspect.model,
                     "hub id, a model's directory, or tracker://PROJECT/NAME[:VERSION]");
  inspect.add_option("--revision", a.inspect.revision, "branch, tag or commit of the hub's model")
      ->capture_default_str();
  inspect.add_flag("--download", a.inspect.download,
                   "fetch the weights first (of pytorch_model.bin nothing else tells the tensors)");
  inspect.add_flag("--json", a.inspect.json, "print JSON instead of lines");
  inspect.callback([&a] { a.command = Command::kInspect; });
}

}  // namespace

void define(CLI::App& app, Arguments& arguments) {
  app.require_subcommand(0, 1);
  define_flags(app, training_flags(arguments.train));
  app.set_config("--config", "", "YAML file with any of these flags; the command line wins")
      ->group("Configuration");
  app.add_flag("--print-config", arguments.print_config,
               "print all flags and their values as YAML that --config reads, and end")
      ->configurable(false)
      ->group("Configuration");
  app.config_formatter(std::make_shared<YamlConfig>());
  app.allow_config_extras(CLI::config_extras_mode::error);
  define_subcommands(app, arguments);
  define_descriptions(app, arguments);
  define_hub_commands(app, arguments.hub, [&arguments](HubCommand chosen) {
    arguments.command = Command::kHub;
    arguments.hub_command = chosen;
  });
}

}  // namespace trainer::cli
