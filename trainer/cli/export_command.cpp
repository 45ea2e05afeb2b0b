#include <fcntl.h>
#include <fmt/format.h>

#include <filesystem>

#include "api/output_directory.hpp"
#include "cli/command_inputs.hpp"
#include "cli/commands.hpp"
#include "config/error.hpp"
#include "hub/disk.hpp"
#include "models/export.hpp"
#include "models/lora.hpp"
#include "models/stored_file.hpp"

namespace trainer::cli {
namespace {

namespace fs = std::filesystem;

void write_model(const models::Classifier& model, const api::ModelFiles& files, bool merged,
                 const fs::path& directory) {
  const std::vector<models::StoredFile> tokenizer = models::read_files(files.tokenizer.files());
  if (!merged) return models::export_model(model, tokenizer, directory);
  hub::make_folders(directory);
  models::write_config(model, directory);
  models::write_weights(model, directory);
  models::write_tokenizer(tokenizer, directory);
}

}  // namespace

int run_export(const ExportArguments& arguments) {
  const fs::path target = api::plain_path(arguments.output);
  if (fs::exists(target))
    throw Error(ErrorCode::kUsage, "--output " + target.string() + " is there already");
  api::ModelFiles files = open_model(arguments.model, arguments.revision);
  if (arguments.merge && !files.adapter)
    throw Error(ErrorCode::kUsage, "--merge: " + arguments.model + " has no adapter");
  models::Classifier model =
      api::load_classifier(files, nn::Compute::kFloat32, nn::Purpose::kInfer);
  if (arguments.merge) models::merge_lora(model);
  // Written beside and renamed: it appears whole or not at all.
  fs::path temporary = target;
  temporary += ".tmp";
  fs::remove_all(temporary);
  try {
    write_model(model, files, arguments.merge, temporary);
    const hub::FileDescriptor folder = hub::open_file(temporary, O_RDONLY | O_DIRECTORY);
    hub::publish(folder.get(), temporary, target);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
  fmt::print(stderr, "model saved in {}\n", target.string());
  return 0;
}

}  // namespace trainer::cli
