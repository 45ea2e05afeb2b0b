#include "train/step_rows.hpp"

#include <numeric>

namespace trainer::train {

EpochRows::EpochRows(const data::TokenArena& arena, RowStream* stream, const Sampler& sampler,
                     std::int64_t epoch)
    : arena_(arena), stream_(stream), epoch_(epoch) {
  if (stream == nullptr) order_ = sampler.epoch_order(epoch);
}

StepRows EpochRows::between(std::int64_t begin, std::int64_t end) {
  if (stream_ == nullptr) {
    const auto some = std::span(order_).subspan(static_cast<std::size_t>(begin),
                                                static_cast<std::size_t>(end - begin));
    return {arena_, some, some};
  }
  made_ = stream_->take(epoch_, begin, end - begin);
  all_.resize(made_.places.size());
  std::iota(all_.begin(), all_.end(), 0);
  return {made_.arena, all_, made_.places};
}

}  // namespace trainer::train
