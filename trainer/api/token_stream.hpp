#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <future>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "api/model_files.hpp"
#include "data/selection/shuffled_stream.hpp"
#include "train/step_rows.hpp"

namespace trainer::api {

// Training rows that are read, shuffled within a buffer and tokenized as they are wanted, the next
// step's while the one at hand is computed. take() is the training thread's; the rows are the
// worker's between two calls. There is one worker, as long as the stream: it keeps its cache of
// words (text/word_cache.hpp), and the other cores compute.
class TokenStream : public train::RowStream {
 public:
  // `files` outlives it; `origin` is told in errors. Throws Error(kInvalidInput) from take() for
  // labels that the model does not have and for a data set that was changed.
  TokenStream(data::ShuffledStream rows, const ModelFiles& files, std::size_t max_length,
              std::string origin);

  std::int64_t rows() const override { return rows_in_epoch_; }
  Rows take(std::int64_t epoch, std::int64_t first, std::int64_t count) override;

 private:
  struct Place {
    std::int64_t epoch = 0;
    std::int64_t first = 0;
    std::int64_t count = 0;
    bool operator==(const Place&) const = default;
  };
  Rows make(const Place& place);
  Place after(const Place& place) const;
  void work(const std::stop_token& stop);

  data::ShuffledStream stream_;
  const ModelFiles& files_;
  std::size_t max_length_;
  std::string origin_;
  std::int64_t rows_in_epoch_;
  std::int64_t step_ = 0;  // rows of a step, as far as they were asked for
  Place coming_;
  std::future<Rows> next_;  // of coming_
  std::mutex mutex_;        // guards task_
  std::condition_variable_any posted_;
  std::packaged_task<Rows()> task_;  // that makes next_, until the worker takes it
  std::jthread worker_;              // the last member: it ends before the others go
};

}  // namespace trainer::api
