#include "models/stored_layout.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>

#include <map>
#include <utility>

#include "config/error.hpp"

namespace trainer::models {
namespace {

// rows [R, …] -> [groups, R/groups, …].
at::Tensor grouped(const at::Tensor& rows, std::int64_t groups) {
  std::vector<std::int64_t> shape = rows.sizes().vec();
  shape.front() /= groups;
  shape.insert(shape.begin(), groups);
  return rows.reshape(shape);
}

void add_shape(StoredTensor& stored, const std::vector<std::int64_t>& part) {
  std::vector<std::int64_t> shape = part;
  if (stored.layout.blocks > 1)
    shape = {stored.layout.blocks, shape.back(), shape.front() / stored.layout.blocks};
  if (stored.layout.transposed) std::swap(shape.front(), shape.back());
  if (stored.layout.heads > 1) {
    shape.push_back(shape.back() / stored.layout.heads);
    shape[shape.size() - 2] = stored.layout.heads;
  }
  if (stored.shape.empty()) {
    stored.shape = std::move(shape);
    return;
  }
  std::vector<std::int64_t>& whole = stored.shape;
  const std::size_t axis = stored.layout.transposed ? shape.size() - 1 : 0;
  whole[axis] += shape[axis];
}

}  // namespace

std::vector<nn::ParameterSpec> specs_of(const nn::ParameterSet& set) {
  std::vector<nn::ParameterSpec> specs;
  for (const nn::Parameter& parameter : set.parameters()) specs.push_back(parameter.spec);
  return specs;
}

std::vector<StoredTensor> stored_tensors(const nn::ParameterSet& set) {
  return stored_tensors(specs_of(set));
}

std::vector<StoredTensor> stored_tensors(const std::vector<nn::ParameterSpec>& specs) {
  std::vector<StoredTensor> out;
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const nn::ParameterSpec& spec = specs[i];
    const auto [at, is_new] = by_name.emplace(spec.stored_name, out.size());
    if (is_new)
      out.push_back({.name = spec.stored_name, .parts = {}, .shape = {}, .layout = spec.layout});
    StoredTensor& stored = out[at->second];
    if (spec.shape.front() % stored.layout.groups != 0 ||
        stored.layout.groups != spec.layout.groups ||
        stored.layout.transposed != spec.layout.transposed) {
      throw Error(ErrorCode::kInternal, "the parts of " + stored.name + " do not fit together");
    }
    stored.parts.push_back(i);
    add_shape(stored, spec.shape);
  }
  return out;
}

void unpack(const StoredTensor& stored, const at::Tensor& from, const nn::ParameterSet& set) {
  if (stored.layout.blocks > 1) {
    at::Tensor master = set.master(set.parameters()[stored.parts.front()]);
    master.copy_(from.transpose(1, 2).reshape(master.sizes()));
    return;
  }
  const at::Tensor matrix = stored.layout.heads > 1 ? from.flatten(1) : from;
  const at::Tensor rows =
      grouped(stored.layout.transposed ? matrix.t() : matrix, stored.layout.groups);
  std::int64_t begin = 0;
  for (const std::size_t index : stored.parts) {
    const nn::Parameter& part = set.parameters()[index];
    at::Tensor master = set.master(part);
    const std::int64_t size = part.spec.shape.front() / stored.layout.groups;
    master.copy_(rows.narrow(1, begin, size).reshape(part.spec.shape));
    begin += size;
  }
}

at::Tensor pack(const StoredTensor& stored, const nn::ParameterSet& set, Values values) {
  std::vector<at::Tensor> parts;
  for (const std::size_t index : stored.parts) {
    const nn::Parameter& part = set.parameters()[index];
    parts.push_back(values == Values::kMasters ? set.master(part) : set.grad(part));
  }
  if (stored.layout.blocks > 1)
    return grouped(parts.front(), stored.layout.blocks).transpose(1, 2).contiguous();
  if (stored.layout.heads > 1) {
    const at::Tensor matrix = stored.layout.transposed ? parts.front().t() : parts.front();
    return matrix.contiguous().view(stored.shape);
  }
  if (parts.size() == 1 && !stored.layout.transposed) return parts.front();
  for (at::Tensor& part : parts) part = grouped(part, stored.layout.groups);
  at::Tensor whole = at::cat(parts, 1).flatten(0, 1);
  return (stored.layout.transposed ? whole.t() : whole).contiguous();
}

}  // namespace trainer::models
