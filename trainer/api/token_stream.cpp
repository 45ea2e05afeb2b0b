#include "api/token_stream.hpp"

#include <algorithm>
#include <utility>

#include "train/objective.hpp"

namespace trainer::api {

TokenStream::TokenStream(data::ShuffledStream rows, const ModelFiles& files, std::size_t max_length,
                         std::string origin)
    : stream_(std::move(rows)),
      files_(files),
      max_length_(max_length),
      origin_(std::move(origin)),
      rows_in_epoch_(static_cast<std::int64_t>(stream_.rows())),
      worker_([this](const std::stop_token& stop) { work(stop); }) {}

void TokenStream::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (posted_.wait(lock, stop, [this] { return task_.valid(); })) {
    std::packaged_task<Rows()> task = std::move(task_);
    lock.unlock();
    task();  // what it throws is the future's
    lock.lock();
  }
}

train::RowStream::Rows TokenStream::make(const Place& place) {
  data::ShuffledStream::Rows rows = stream_.take(
      place.epoch, static_cast<std::uint64_t>(place.first), static_cast<std::size_t>(place.count));
  const data::Dataset& about = stream_.about();
  const data::Dataset some{.rows = std::move(rows.rows),
                           .label_names = {},
                           .problem_type = about.problem_type,
                           .targets = about.targets,
                           .origin = origin_,
                           .fingerprint = {}};
  data::TokenArena arena = data::tokenize(some, files_.tokenizer, max_length_, 1);
  train::check_labels(arena, files_.config, origin_);
  return {.arena = std::move(arena), .places = std::move(rows.places)};
}

// A step's rows after these, as far as the epoch has them.
TokenStream::Place TokenStream::after(const Place& place) const {
  const std::int64_t end = place.first + place.count;
  const bool over = end == rows_in_epoch_;
  const std::int64_t first = over ? 0 : end;
  return {.epoch = over ? place.epoch + 1 : place.epoch,
          .first = first,
          .count = std::min(step_, rows_in_epoch_ - first)};
}

train::RowStream::Rows TokenStream::take(std::int64_t epoch, std::int64_t first,
                                         std::int64_t count) {
  const Place wanted{.epoch = epoch, .first = first, .count = count};
  Rows rows;
  if (next_.valid()) {
    Rows made = next_.get();
    rows = coming_ == wanted ? std::move(made) : make(wanted);
  } else {
    rows = make(wanted);
  }
  step_ = std::max(step_, count);
  coming_ = after(wanted);
  std::packaged_task<Rows()> task([this] { return make(coming_); });
  next_ = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    task_ = std::move(task);
  }
  posted_.notify_one();
  return rows;
}

}  // namespace trainer::api
