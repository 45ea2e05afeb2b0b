#pragma once

#include "cli/arguments.hpp"

// The subcommands. Each returns the exit code 0 or 1 and throws Error for everything that is wrong.
namespace trainer::cli {

int run_train(const TrainArguments& arguments);
int run_predict(const PredictArguments& arguments);
int run_evaluate(const EvaluateArguments& arguments);
int run_gradcheck(const GradcheckArguments& arguments);
int run_models(const ModelsArguments& arguments);
int run_inspect(const InspectArguments& arguments);
int run_export(const ExportArguments& arguments);

}  // namespace trainer::cli
