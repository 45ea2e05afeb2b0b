#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

// Rotary position embedding (Su et al., 2021) and the scalings of it that config.json knows as
// rope_parameters or rope_scaling. Formulas and the order of their roundings are those of
// transformers.modeling_rope_utils: angles and products in fp32 whatever the compute type.
// T tokens in the pack, B sequences, D head size, R rows of a table.
namespace trainer::nn {

enum class RotaryScaling {
  kNone,
  kLinear,    // positions divided by `factor` (Chen et al., 2023)
  kDynamic,   // texts longer than max_positions get a larger base, by their own length
  kLlama3,    // low frequencies divided by `factor`, a ramp between
  kYarn,      // Peng et al., 2023
  kLongRope,  // Ding et al., 2024: a factor per frequency, another set for texts beyond
              // original_max
};

struct RotaryConfig {
  std::int64_t dim = 0;  // columns of a head that are turned; the frequencies of an odd number too
  double theta = 10000.0;
  bool interleaved = false;  // pairs (2i, 2i+1) instead of (i, i + dim/2)
  RotaryScaling scaling = RotaryScaling::kNone;
  double factor = 1.0;
  double attention_factor = 1.0;          // multiplies sines and cosines
  std::int64_t max_positions = 0;         // config.json: max_position_embeddings
  std::int64_t original_max = 0;          // original_max_position_embeddings
  double low_freq_factor = 1.0;           // llama3
  double high_freq_factor = 4.0;          // llama3
  double beta_fast = 32.0;                // yarn
  double beta_slow = 1.0;                 // yarn
  bool truncate = true;                   // yarn
  std::vector<double> long_factors = {};  // longrope, (dim+1)/2 each
  std::vector<double> short_factors = {};

  std::int64_t half() const { return (dim + 1) / 2; }
};

// The angles of one pack under one config. A text's angles depend on its own length alone, never on
// its neighbours.
struct RotaryAngles {
  at::Tensor cosines;              // [R, half] fp32
  at::Tensor sines;                // [R, half] fp32
  std::vector<std::int32_t> rows;  // [T] each token's row of the table
  std::int64_t half = 0;
  bool interleaved = false;
};

// `positions` [T] are 0-based within each sequence.
std::shared_ptr<const RotaryAngles> rotary_angles(const RotaryConfig& config,
                                                  std::span<const std::int32_t> positions,
                                                  std::span<const std::int32_t> cu_seqlens);
// Angles by a stored table [R,2h] instead: a row's sines, then its cosines.
std::shared_ptr<const RotaryAngles> stored_angles(const at::Tensor& table, bool interleaved,
                                                  std::span<const std::int32_t> positions);
// The same angles for some of the tokens only.
std::shared_ptr<const RotaryAngles> select_rows(const RotaryAngles& angles,
                                                std::span<const std::int32_t> tokens);

// x [T, C] whose first heads*head_size columns are turned, IN PLACE: the result shares x's memory,
// and x must not be read again. The other columns pass through.
struct RotatedHeads {
  std::int64_t heads = 0;
  std::int64_t head_size = 0;
};
at::Tensor rotate(const at::Tensor& x, const RotatedHeads& heads,
                  std::shared_ptr<const RotaryAngles> angles);

}  // namespace trainer::nn
