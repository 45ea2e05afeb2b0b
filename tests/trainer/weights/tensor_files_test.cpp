#include "weights/tensor_files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "support/hub/hub_server.hpp"
#include "weights/safetensors_header.hpp"

namespace trainer::weights {
namespace {

// A kilobyte count of /proc/self/status.
std::size_t status(const std::string& field) {
  std::ifstream lines("/proc/self/status");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(field + ":")) return std::stoull(line.substr(field.size() + 1));
  }
  return 0;
}

// The tensors of a decoder of 32 layers of 4096: 6.7 thousand million parameters.
std::vector<TensorSlot> seven_billion() {
  std::vector<TensorSlot> slots;
  std::uint64_t at = 0;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    const std::uint64_t bytes = *byte_count(DType::kF16, shape);
    slots.push_back({name, DType::kF16, std::move(shape), at, at + bytes});
    at += bytes;
  };
  add("model.embed_tokens.weight", {32000, 4096});
  for (int layer = 0; layer < 32; ++layer) {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    for (const char* name : {"q_proj", "k_proj", "v_proj", "o_proj"})
      add(prefix + "self_attn." + name + ".weight", {4096, 4096});
    for (const char* name : {"gate_proj", "up_proj"})
      add(prefix + "mlp." + name + ".weight", {11008, 4096});
    add(prefix + "mlp.down_proj.weight", {4096, 11008});
    add(prefix + "input_layernorm.weight", {4096});
    add(prefix + "post_attention_layernorm.weight", {4096});
  }
  add("model.norm.weight", {4096});
  add("lm_head.weight", {32000, 4096});
  return slots;
}

TEST(TensorFiles, seven_billion_parameters_open_without_a_copy) {
  const test_support::TempDirectory folder;
  const auto file = folder.path() / "model.safetensors";
  const std::vector<TensorSlot> slots = seven_billion();
  const std::string header = format_header(slots, {});
  test_support::write_file(file, header);
  ASSERT_EQ(truncate(file.c_str(), static_cast<off_t>(header.size() + slots.back().end)), 0);
  std::ofstream("/proc/self/clear_refs") << "5";  // forget the peak of what came before
  const std::size_t before = status("VmHWM");
  const TensorFiles read = TensorFiles::open_model(folder.path());
  std::uint64_t parameters = 0;
  for (const auto& [name, view] : read.tensors()) parameters += view.data.size() / 2;
  EXPECT_EQ(parameters, 6'738'415'616U);
  const std::size_t grown = status("VmHWM") - before;
  RecordProperty("peak_kilobytes", static_cast<int>(grown));
  EXPECT_LT(grown, 16U << 10U);
  // A tensor in the middle can be read.
  const TensorView& view = read.tensors().at("model.layers.16.mlp.up_proj.weight");
  EXPECT_EQ(view.data.back(), std::byte{0});
}

}  // namespace
}  // namespace trainer::weights
