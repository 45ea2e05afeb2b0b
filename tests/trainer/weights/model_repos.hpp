#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "support/hub/hub_server.hpp"
#include "weights/safetensors.hpp"

// Repos with a model of a tensor or two, for a HubServer.
namespace trainer::weights::test {

inline void accept(const std::filesystem::path&) {}

// A safetensors file with one tensor of one float.
inline std::string shard(const std::string& tensor) {
  const test_support::TempDirectory folder;
  const float value = 1.0F;
  write_safetensors(
      folder.path() / "s",
      {{tensor, {.dtype = DType::kF32, .shape = {1}, .data = std::as_bytes(std::span(&value, 1))}}},
      {{"format", "pt"}});
  return test_support::read_file(folder.path() / "s");
}

inline std::map<std::string, std::string> whole_model() {
  return {{"models/org/tiny/config.json", "{}"},
          {"models/org/tiny/vocab.txt", "[PAD]\n"},
          {"models/org/tiny/tokenizer_config.json", "{}"},
          {"models/org/tiny/model.safetensors", shard("w")}};
}

inline std::map<std::string, std::string> sharded_model() {
  return {
      {"models/org/tiny/config.json", "{}"},
      {"models/org/tiny/model.safetensors.index.json",
       R"({"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}})"},
      {"models/org/tiny/model-00001-of-00002.safetensors", shard("a")},
      {"models/org/tiny/model-00002-of-00002.safetensors", shard("b")}};
}

}  // namespace trainer::weights::test
