#include "cli/history.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

namespace {

using tracker::cli::decode_history;
namespace v1 = tracker::v1;

std::string bytes_of(const std::vector<double>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
}
std::string bytes_of(const std::vector<std::int64_t>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(std::int64_t));
}

// Three rows; "a" has a value in the first and the last.
v1::ExportHistoryResponse three_rows() {
  v1::ExportHistoryResponse response;
  response.set_steps(bytes_of(std::vector<std::int64_t>{1, 2, 5}));
  response.set_times_us(bytes_of(std::vector<std::int64_t>{10, 20, 50}));
  response.add_keys("a");
  response.add_columns()->set_present(std::string(1, '\x05'));
  response.mutable_columns(0)->set_values(bytes_of(std::vector<double>{0.5, 2.5}));
  return response;
}

TEST(DecodeHistory, values_stand_in_the_rows_that_have_them) {
  const auto batch = decode_history(three_rows());
  EXPECT_EQ(batch.steps, (std::vector<std::int64_t>{1, 2, 5}));
  EXPECT_EQ(batch.times_us, (std::vector<std::int64_t>{10, 20, 50}));
  ASSERT_EQ(batch.columns.size(), 1u);
  EXPECT_EQ(batch.columns[0].key, "a");
  EXPECT_EQ(batch.columns[0].present, (std::vector<bool>{true, false, true}));
  EXPECT_EQ(batch.columns[0].values[0], 0.5);
  EXPECT_EQ(batch.columns[0].values[2], 2.5);
}

TEST(DecodeHistory, lengths_that_do_not_fit_together_are_an_error) {
  const auto broken = [](auto&& breaker) {
    auto response = three_rows();
    breaker(response);
    return response;
  };
  const std::vector<v1::ExportHistoryResponse> bad = {
      broken([](auto& r) { r.mutable_steps()->pop_back(); }),
      broken([](auto& r) { r.mutable_times_us()->resize(16); }),
      broken([](auto& r) { r.add_keys("b"); }),
      broken([](auto& r) { r.mutable_columns(0)->set_present(""); }),
      broken([](auto& r) { r.mutable_columns(0)->set_present(std::string(2, '\x05')); }),
      broken([](auto& r) { r.mutable_columns(0)->set_present("\x07"); }),
      broken([](auto& r) { r.mutable_columns(0)->set_present("\x01"); }),
      broken([](auto& r) { r.mutable_columns(0)->mutable_values()->pop_back(); }),
  };
  for (const auto& response : bad)
    EXPECT_THROW(decode_history(response), tracker::Error) << response.ShortDebugString();
}

}  // namespace
