#include <tracker/error.hpp>

#include "cli/history_writer.hpp"

// Takes the place of history_parquet.cpp in a build without Arrow.
namespace tracker::cli {

std::unique_ptr<HistoryWriter> make_parquet_writer(Output&) {
  throw Error(ErrorCode::kUnimplemented,
              "this tracker was built without Parquet: use --format csv or jsonl, or build with "
              "-DARROW_ROOT");
}

}  // namespace tracker::cli
