#pragma once

#include <arrow/api.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>

#include <filesystem>
#include <memory>
#include <string>

#include "config/error.hpp"
#include "data/tables/row_source.hpp"

// What the two files that see Arrow share.
namespace trainer::data {

// A Parquet file that is open, and the memory that Arrow may take for it.
class ParquetFile {
 public:
  explicit ParquetFile(const std::filesystem::path& file);

  parquet::arrow::FileReader& reader() { return *reader_; }
  const std::string& name() const noexcept { return name_; }

  // Runs a call into Arrow; what it throws or returns as a failure becomes Error(kInvalidInput)
  // naming the file.
  template <typename Call>
  auto guarded(Call&& call) -> decltype(call()) {
    try {
      return call();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      fail(error.what());
    }
  }
  void require(const arrow::Status& status) const {
    if (!status.ok()) fail(status.message());
  }
  template <typename T>
  T value(arrow::Result<T> result) const {
    require(result.status());
    return std::move(result).ValueUnsafe();
  }
  [[noreturn]] void fail(const std::string& reason) const;

 private:
  const std::string name_;
  arrow::ProxyMemoryPool counted_;  // what this file takes, of the process's pool
  arrow::CappedMemoryPool pool_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
};

// Whether cell_at() can read such a column.
bool holds_cells(const arrow::DataType& type);
bool holds_text(const arrow::DataType& type);

// The value in row `index`, of a column that holds_cells().
void cell_at(const arrow::Array& array, std::int64_t index, Cell& cell);
// The text in row `index`, nullopt for null, of a column that holds_text().
std::optional<std::string_view> text_at(const arrow::Array& array, std::int64_t index);

}  // namespace trainer::data
