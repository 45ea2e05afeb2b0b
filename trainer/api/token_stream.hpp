#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <string>

#include "api/model_files.hpp"
#include "data/selection/shuffled_stream.hpp"
#include "train/step_rows.hpp"

namespace trainer::api {

// Training rows that are read, shuffled within a buffer and tokenized as they are wanted, the next
// step's while the one at hand is computed. take() is the training thread's; the rows are another
// thread's between two calls.
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

  data::ShuffledStream stream_;
  const ModelFiles& files_;
  std::size_t max_length_;
  std::string origin_;
  std::int64_t rows_in_epoch_;
  std::int64_t step_ = 0;  // rows of a step, as far as they were asked for
  Place coming_;
  std::future<Rows> next_;  // of coming_; the last member: waited for before the others go
};

}  // namespace trainer::api
