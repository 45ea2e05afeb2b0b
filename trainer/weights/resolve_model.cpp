#include "weights/resolve_model.hpp"

#include "weights/pinned_model.hpp"

namespace trainer::weights {

std::filesystem::path resolve_model(
    const hub::Hub& hub, const std::string& id_or_dir, const std::string& revision,
    const std::function<void(const std::filesystem::path&)>& check_config) {
  if (const auto directory = local_directory(id_or_dir)) {
    check_config(*directory / kConfig);
    check_local_weights(*directory);
    return *directory;
  }
  const PinnedModel model(hub, id_or_dir, revision);
  check_config(model.config());
  model.fetch_tokenizer();
  model.fetch_weights();
  return model.directory();
}

std::filesystem::path resolve_tokenizer(const hub::Hub& hub, const std::string& id_or_dir,
                                        const std::string& revision) {
  if (const auto directory = local_directory(id_or_dir)) {
    return *directory;
  }
  const PinnedModel model(hub, id_or_dir, revision);
  model.fetch_tokenizer();
  return model.directory();
}

}  // namespace trainer::weights
