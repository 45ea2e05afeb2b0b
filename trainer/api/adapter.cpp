#include "api/adapter.hpp"

#include <filesystem>

#include "config/error.hpp"
#include "models/lora.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;

models::LoraConfig wanted_adapter(const FineTuneOptions& a, const ModelFiles& files) {
  models::LoraConfig lora;
  lora.rank = *a.lora_r;
  lora.alpha = a.lora_alpha;
  lora.dropout = a.lora_dropout;
  lora.targets = a.lora_target_modules;
  lora.saved = a.lora_modules_to_save;
  lora.bias = models::lora_bias_from_name(a.lora_bias);
  lora.rank_stabilised = a.use_rslora;
  // PEFT takes a path from where it is started; an absolute one is found from everywhere.
  lora.base_model =
      fs::is_directory(a.model) ? fs::absolute(a.model).lexically_normal().string() : a.model;
  // An alias may move; the version that is trained on does not.
  if (!files.version.empty()) lora.base_model = "tracker://" + files.version;
  if (a.revision != "main") lora.revision = a.revision;
  return lora;
}

bool same(const models::LoraConfig& left, const models::LoraConfig& right) {
  return left.rank == right.rank && left.alpha == right.alpha && left.dropout == right.dropout &&
         left.targets == right.targets && left.saved == right.saved && left.bias == right.bias &&
         left.rank_stabilised == right.rank_stabilised;
}

}  // namespace

void check_lora(const FineTuneOptions& a) {
  if (a.lora_r) return;
  const FineTuneOptions none;
  const char* flag = nullptr;
  if (a.lora_alpha != none.lora_alpha) flag = "--lora-alpha";
  if (a.lora_dropout != none.lora_dropout) flag = "--lora-dropout";
  if (!a.lora_target_modules.empty()) flag = "--lora-target-modules";
  if (!a.lora_modules_to_save.empty()) flag = "--lora-modules-to-save";
  if (a.lora_bias != none.lora_bias) flag = "--lora-bias";
  if (a.use_rslora) flag = "--use-rslora";
  if (flag != nullptr)
    throw Error(ErrorCode::kUsage, std::string(flag) + " goes with --lora-r, the adapters' rank");
}

void settle_adapter(const FineTuneOptions& a, ModelFiles& files) {
  if (!a.lora_r) return;
  const models::LoraConfig wanted = models::settle_lora(wanted_adapter(a, files), files.config);
  const bool resumed = !a.resume_from_checkpoint.empty();
  const std::string place = files.directory.string();
  if (!resumed && files.config.lora) {
    throw Error(ErrorCode::kUsage,
                place +
                    " is an adapter, which is trained on without --lora-r; for a new one on top "
                    "merge it first: trainer export --merge");
  }
  if (!resumed) {
    files.config.lora = wanted;
    return;
  }
  if (!files.config.lora)
    throw Error(ErrorCode::kUsage, place + " has no adapter: resume it without --lora-r");
  if (!same(*files.config.lora, wanted)) {
    throw Error(ErrorCode::kUsage, place +
                                       ": its adapter_config.json is not what the --lora flags "
                                       "say; resume it without them");
  }
}

}  // namespace trainer::api
