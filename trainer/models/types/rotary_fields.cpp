#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "models/types/fields.hpp"

// rope_parameters (transformers 5) and rope_theta with rope_scaling (before) to nn::RotaryConfig.
namespace trainer::models {
namespace {

nn::RotaryScaling scaling_of(const config::JsonObject& json, const std::string& name) {
  if (name == "default") return nn::RotaryScaling::kNone;
  if (name == "linear") return nn::RotaryScaling::kLinear;
  if (name == "dynamic") return nn::RotaryScaling::kDynamic;
  if (name == "llama3") return nn::RotaryScaling::kLlama3;
  if (name == "yarn") return nn::RotaryScaling::kYarn;
  if (name == "longrope" || name == "su") return nn::RotaryScaling::kLongRope;
  throw Error(ErrorCode::kUnsupported, json.place() + ": rope type '" + name +
                                           "' is not supported; supported: default, linear, "
                                           "dynamic, llama3, yarn, longrope");
}

// The object that holds the parameters: of the layer type, where they are nested.
config::JsonObject parameters_of(const config::JsonObject& json, std::string_view layer_type) {
  static const auto kNone = config::JsonObject::parse("{}", "config.json");
  const auto scaling = json.object("rope_scaling");
  if (scaling && !scaling->json().empty()) return *scaling;
  const auto parameters = json.object("rope_parameters");
  if (!parameters) return kNone;
  if (layer_type.empty()) return *parameters;
  const auto nested = parameters->object(layer_type);
  return nested ? *nested : kNone;
}

std::vector<double> factors(const config::JsonObject& json, std::string_view key,
                            std::int64_t count) {
  const nlohmann::json* found = json.find(key);
  std::vector<double> out;
  if (found != nullptr && found->is_array()) {
    for (const auto& value : *found) {
      if (value.is_number()) out.push_back(value.get<double>());
    }
  }
  if (static_cast<std::int64_t>(out.size()) != count) {
    throw Error(ErrorCode::kInvalidInput, json.place() + ": " + std::string(key) + " must hold " +
                                              std::to_string(count) + " numbers");
  }
  return out;
}

double yarn_scale(double factor, double mscale) {
  return factor <= 1.0 ? 1.0 : 0.1 * mscale * std::log(factor) + 1.0;
}

void read_yarn(const config::JsonObject& p, nn::RotaryConfig& r) {
  r.factor = config::number_or(
      p, "factor", static_cast<double>(r.max_positions) / static_cast<double>(r.original_max));
  const auto mscale = config::find_number(p, "mscale");
  const auto all = config::find_number(p, "mscale_all_dim");
  const bool both = mscale && *mscale != 0.0 && all && *all != 0.0;
  const double own =
      both ? yarn_scale(r.factor, *mscale) / yarn_scale(r.factor, *all) : yarn_scale(r.factor, 1.0);
  r.attention_factor = config::number_or(p, "attention_factor", own);
  r.beta_fast = config::number_or(p, "beta_fast", 32.0);
  r.beta_slow = config::number_or(p, "beta_slow", 1.0);
  r.truncate = config::bool_or(p, "truncate", true);
}

void read_longrope(const config::JsonObject& p, nn::RotaryConfig& r) {
  const auto original = static_cast<double>(r.original_max);
  r.factor = config::number_or(p, "factor", static_cast<double>(r.max_positions) / original);
  const double own =
      r.factor <= 1.0 ? 1.0 : std::sqrt(1.0 + std::log(r.factor) / std::log(original));
  r.attention_factor = config::number_or(p, "attention_factor", own);
  r.long_factors = factors(p, "long_factor", r.half());
  r.short_factors = factors(p, "short_factor", r.half());
}

}  // namespace

nn::RotaryConfig read_rotary(const config::JsonObject& json, std::int64_t head_size,
                             const RotaryDefaults& d, std::string_view layer_type) {
  const config::JsonObject p = parameters_of(json, layer_type);
  nn::RotaryConfig r;
  const double share =
      config::number_or(p, "partial_rotary_factor",
                        config::number_or(json, "partial_rotary_factor", d.partial_factor));
  r.dim = static_cast<std::int64_t>(static_cast<double>(head_size) * share);
  r.theta = config::number_or(p, "rope_theta", config::number_or(json, "rope_theta", d.theta));
  r.scaling =
      scaling_of(json, config::string_or(p, "rope_type", config::string_or(p, "type", "default")));
  r.max_positions = d.max_positions;
  if (d.original_max > 0) {
    r.original_max =
        config::int_or(json, "original_max_position_embeddings", d.original_max, kSize);
  } else {
    const auto outer = config::find_int(json, "original_max_position_embeddings", kSize);
    r.original_max =
        outer ? *outer
              : config::int_or(p, "original_max_position_embeddings", r.max_positions, kSize);
  }
  if (!(r.theta > 1.0))
    throw Error(ErrorCode::kInvalidInput, json.place() + ": rope_theta must be larger than 1");
  switch (r.scaling) {
    case nn::RotaryScaling::kNone:
      break;
    case nn::RotaryScaling::kLinear:
    case nn::RotaryScaling::kDynamic:
      r.factor = config::required_number(p, "factor");
      break;
    case nn::RotaryScaling::kLlama3:
      r.factor = config::required_number(p, "factor");
      r.low_freq_factor = config::required_number(p, "low_freq_factor");
      r.high_freq_factor = config::required_number(p, "high_freq_factor");
      break;
    case nn::RotaryScaling::kYarn:
      read_yarn(p, r);
      break;
    case nn::RotaryScaling::kLongRope:
      read_longrope(p, r);
      break;
  }
  return r;
}

std::int64_t rotary_limit(const nn::RotaryConfig& rotary) {
  if (rotary.scaling == nn::RotaryScaling::kDynamic)
    return static_cast<std::int64_t>(static_cast<double>(rotary.max_positions) *
                                     std::max(1.0, rotary.factor));
  return rotary.max_positions;
}

}  // namespace trainer::models
