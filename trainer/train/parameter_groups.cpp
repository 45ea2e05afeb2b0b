#include "train/parameter_groups.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <regex>
#include <string_view>

#include "config/error.hpp"

namespace trainer::train {
namespace {

// N of "layer.N.…" anywhere in the name, as all models call their blocks; nullopt outside of one.
std::optional<std::int64_t> layer_of(std::string_view name) {
  constexpr std::string_view kWord = "layer.";
  for (std::size_t at = name.find(kWord); at != std::string_view::npos;
       at = name.find(kWord, at + 1)) {
    if (at > 0 && name[at - 1] != '.') continue;
    const std::string_view rest = name.substr(at + kWord.size());
    std::int64_t index = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
    if (error == std::errc() && end < rest.data() + rest.size() && *end == '.') return index;
  }
  return std::nullopt;
}

bool of_embeddings(std::string_view name) {
  return name.starts_with("embeddings.") || name.find(".embeddings.") != std::string_view::npos;
}

std::int64_t count_layers(const nn::ParameterSet& set) {
  std::int64_t layers = 0;
  for (const nn::Parameter& parameter : set.parameters())
    layers = std::max(layers, layer_of(parameter.spec.name).value_or(-1) + 1);
  return layers;
}

// Embeddings 0, layer i i + 1, everything else above them.
std::int64_t height(const std::string& name, std::int64_t layers) {
  if (of_embeddings(name)) return 0;
  return layer_of(name).value_or(layers) + 1;
}

void check_patterns(const nn::ParameterSet& set, const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    const auto matches = [&pattern](const nn::Parameter& parameter) {
      return fnmatch(pattern.c_str(), parameter.spec.stored_name.c_str(), 0) == 0;
    };
    const auto& all = set.parameters();
    if (std::any_of(all.begin(), all.end(), matches)) continue;
    throw Error(ErrorCode::kUsage, "--freeze '" + pattern +
                                       "' matches no parameter; names are like " +
                                       all.front().spec.stored_name + " and " +
                                       all.back().spec.stored_name + " (* stands for anything)");
  }
}

bool frozen(const nn::ParameterSpec& spec, const GroupOptions& options) {
  if (options.freeze_embeddings && of_embeddings(spec.name)) return true;
  if (const auto layer = layer_of(spec.name); layer && *layer < options.frozen_layers) return true;
  return std::any_of(options.frozen.begin(), options.frozen.end(), [&](const std::string& pattern) {
    return fnmatch(pattern.c_str(), spec.stored_name.c_str(), 0) == 0;
  });
}

}  // namespace

bool name_forbids_decay(const std::string& stored_name) {
  static const std::regex kForbidden(R"(bias|layernorm|rmsnorm|(^|\.)norm($|\.)|_norm($|\.))");
  std::string name = stored_name;
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return std::regex_search(name, kForbidden);
}

std::vector<Treatment> treatments(const nn::ParameterSet& set, const GroupOptions& options) {
  const std::int64_t layers = count_layers(set);
  check_patterns(set, options.frozen);
  if (options.frozen_layers > layers) {
    throw Error(ErrorCode::kUsage, "--freeze-layers " + std::to_string(options.frozen_layers) +
                                       ": the model has " + std::to_string(layers) + " layers");
  }
  std::vector<Treatment> out;
  for (const nn::Parameter& parameter : set.parameters()) {
    const nn::ParameterSpec& spec = parameter.spec;
    const bool decays = spec.decay == nn::Decay::kYes && !name_forbids_decay(spec.stored_name);
    const auto below_top = static_cast<double>(layers + 1 - height(spec.name, layers));
    out.push_back({.trained = spec.gradient == nn::Gradient::kTrained && !frozen(spec, options),
                   .weight_decay = decays ? options.weight_decay : 0.0,
                   .lr_scale = std::pow(options.layerwise_decay.value_or(1.0), below_top)});
  }
  if (std::none_of(out.begin(), out.end(), [](const Treatment& t) { return t.trained; })) {
    throw Error(ErrorCode::kUsage,
                "--freeze leaves no parameter to be trained; give narrower patterns");
  }
  return out;
}

std::vector<ParameterGroup> group(const nn::ParameterSet& set,
                                  const std::vector<Treatment>& treatments) {
  std::vector<ParameterGroup> groups;
  std::int64_t state = 0;
  for (std::size_t i = 0; i < treatments.size(); ++i) {
    const nn::Parameter& parameter = set.parameters()[i];
    const std::int64_t end = parameter.offset + parameter.size;
    const bool alike = !groups.empty() && groups.back().treatment == treatments[i] &&
                       (groups.back().gradient < 0) == (parameter.gradient < 0);
    if (alike) {
      groups.back().end = end;
    } else {
      groups.push_back({.begin = parameter.offset,
                        .end = end,
                        .state = state,
                        .gradient = parameter.gradient,
                        .treatment = treatments[i]});
    }
    if (treatments[i].trained) state += parameter.size;
  }
  return groups;
}

std::int64_t trained_size(const std::vector<ParameterGroup>& groups) {
  std::int64_t size = 0;
  for (const ParameterGroup& group : groups) {
    if (group.treatment.trained) size += group.end - group.begin;
  }
  return size;
}

}  // namespace trainer::train
