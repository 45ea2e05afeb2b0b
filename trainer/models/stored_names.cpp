#include "models/stored_names.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "config/error.hpp"

namespace trainer::models {
namespace {

using Indices = std::vector<std::string>;

// "layer.12.up" against "layer.#.up": the indices; nullopt when it does not match.
std::optional<Indices> match(std::string_view pattern, std::string_view name) {
  Indices indices;
  while (!pattern.empty()) {
    if (name.empty()) return std::nullopt;
    if (pattern.front() == '#') {
      const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
      if (digits == 0) return std::nullopt;
      indices.emplace_back(name.substr(0, digits));
      name.remove_prefix(digits);
    } else {
      if (pattern.front() != name.front()) return std::nullopt;
      name.remove_prefix(1);
    }
    pattern.remove_prefix(1);
  }
  return name.empty() ? std::optional(indices) : std::nullopt;
}

std::string with_indices(std::string_view stored, const Indices& indices) {
  std::string out;
  std::size_t next = 0;
  for (const char c : stored) {
    if (c == '#') {
      out += indices.at(next++);
    } else {
      out += c;
    }
  }
  return out;
}

struct StoredAs {
  std::string name;
  Layout layout;
};

std::optional<StoredAs> find(const ClassifierConfig& config, std::string_view name) {
  const ModelType& type = *config.type;
  for (const StoredName& entry : type.head) {
    if (match(entry.ours, name)) return StoredAs{std::string(entry.stored), entry.layout};
  }
  for (const StoredName& entry : config.body_names.empty() ? type.body : config.body_names) {
    if (const auto indices = match(entry.ours, name)) {
      return StoredAs{std::string(type.base_prefix) + "." + with_indices(entry.stored, *indices),
                      entry.layout};
    }
  }
  return std::nullopt;
}

}  // namespace

void name_stored(const ClassifierConfig& config, std::vector<nn::ParameterSpec>& specs) {
  for (nn::ParameterSpec& spec : specs) {
    std::optional<StoredAs> found = find(config, spec.name);
    if (!found) {
      const std::size_t dot = spec.name.rfind('.');
      found = find(config, std::string_view(spec.name).substr(0, dot));
      if (!found)
        throw Error(ErrorCode::kInternal,
                    std::string(config.type->name) + " has no name for " + spec.name);
      found->name += spec.name.substr(dot);
    }
    spec.stored_name = std::move(found->name);
    const bool by_head =
        found->layout == Layout::kHeads || found->layout == Layout::kTransposedHeads;
    spec.layout.transposed =
        (found->layout == Layout::kTransposed || found->layout == Layout::kTransposedHeads) &&
        spec.shape.size() == 2;
    spec.layout.heads = by_head && spec.shape.size() == 2 ? config.body.heads : 1;
    if (found->layout == Layout::kPerGroup && spec.shape.size() == 2)
      spec.layout.blocks = config.body.groups.up;
    spec.layout.groups = found->layout == Layout::kPerHead ? config.body.key_value_heads() : 1;
  }
}

}  // namespace trainer::models
