#include "api/output_directory.hpp"

#include <string_view>
#include <system_error>
#include <utility>

#include "config/error.hpp"
#include "models/lora_config.hpp"
#include "train/checkpoint_folders.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;

// Any of these is a model's: an adapter's left beside whole weights would be loaded in their place.
constexpr std::string_view kModelFiles[] = {
    "model.safetensors",        "model.safetensors.index.json",
    "pytorch_model.bin",        "pytorch_model.bin.index.json",
    models::kAdapterConfigFile, models::kAdapterWeightsFile};

[[noreturn]] void refuse(const fs::path& directory, const std::string& what,
                         const std::string& remedy) {
  throw Error(ErrorCode::kUsage, "--output-dir " + directory.string() + " holds " + what +
                                     "; give another --output-dir, " + remedy);
}

// Of a run that goes on from `checkpoint` in this very directory.
void check_is_newest(const fs::path& directory, const fs::path& checkpoint,
                     const std::optional<fs::path>& newest) {
  const auto step = train::checkpoint_step(checkpoint);
  if (!newest || !step || *step >= *train::checkpoint_step(*newest)) return;
  const std::string name = newest->filename().string();
  refuse(directory,
         name + ", later than the " + checkpoint.filename().string() +
             " that training is to go on from",
         "or remove what is later");
}

}  // namespace

fs::path plain_path(fs::path path) {
  while (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  return path;
}

std::string folder_name(const fs::path& directory) {
  const std::string name = plain_path(fs::absolute(directory).lexically_normal()).filename();
  return name.empty() ? "model" : name;
}

void check_output_directory(const fs::path& directory, const std::optional<fs::path>& checkpoint) {
  const auto newest = train::newest_checkpoint(directory);
  std::error_code ignored;
  if (checkpoint &&
      fs::equivalent(plain_path(fs::absolute(*checkpoint)).parent_path(), directory, ignored))
    return check_is_newest(directory, plain_path(*checkpoint), newest);
  if (newest) {
    refuse(
        directory, newest->filename().string() + " of another run",
        "go on with that run by --resume-from-checkpoint " + directory.string() + ", or remove it");
  }
  for (const std::string_view file : kModelFiles) {
    if (!directory.empty() && fs::exists(directory / file, ignored))
      refuse(directory, std::string(file) + " of another model", "or remove that one");
  }
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    throw Error(ErrorCode::kIo, directory.string() + ": cannot be made: " + error.message() +
                                    "; give another --output-dir");
}

}  // namespace trainer::api
