#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <unordered_map>

#include <tracker/error.hpp>

#include "cli/history_writer.hpp"

namespace tracker::cli {
namespace {

void check(const arrow::Status& status) {
  if (!status.ok()) {
    throw Error(ErrorCode::kFailedPrecondition,
                "the Parquet file could not be written: " + status.message());
  }
}

template <class T>
T checked(arrow::Result<T> result) {
  check(result.status());
  return std::move(result).ValueUnsafe();
}

class ParquetWriter final : public HistoryWriter {
 public:
  explicit ParquetWriter(std::filesystem::path file) : file_(std::move(file)) {}

  void begin(const std::vector<std::string>& keys) override {
    arrow::FieldVector fields = {
        arrow::field("step", arrow::int64(), false),
        arrow::field("time", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), false)};
    for (const auto& key : keys) {
      place_.emplace(key, place_.size());
      fields.push_back(arrow::field(exported_name(key), arrow::float64()));
    }
    schema_ = arrow::schema(fields);
    sink_ = checked(arrow::io::FileOutputStream::Open(file_.string()));
    const auto properties =
        parquet::WriterProperties::Builder().compression(parquet::Compression::ZSTD)->build();
    writer_ = checked(parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(),
                                                       sink_, properties));
  }

  void batch(const HistoryBatch& batch) override {
    arrow::ArrayVector arrays(place_.size() + 2);
    arrays[0] = integers(arrow::int64(), batch.steps);
    arrays[1] = integers(schema_->field(1)->type(), batch.times_us);
    for (const auto& column : batch.columns) {
      const auto place = place_.find(column.key);
      if (place == place_.end()) continue;
      arrow::DoubleBuilder builder;
      check(builder.AppendValues(column.values, column.present));
      arrays[place->second + 2] = checked(builder.Finish());
    }
    for (auto& array : arrays) {
      if (!array)
        array = checked(
            arrow::MakeArrayOfNull(arrow::float64(), static_cast<std::int64_t>(batch.rows())));
    }
    const auto rows = static_cast<std::int64_t>(batch.rows());
    check(writer_->WriteRecordBatch(*arrow::RecordBatch::Make(schema_, rows, arrays)));
  }

  void end() override {
    check(writer_->Close());
    check(sink_->Close());
  }

 private:
  static std::shared_ptr<arrow::Array> integers(const std::shared_ptr<arrow::DataType>& type,
                                                const std::vector<std::int64_t>& values) {
    arrow::Int64Builder builder;
    check(builder.AppendValues(values));
    return checked(checked(builder.Finish())->View(type));
  }

  std::filesystem::path file_;
  std::unordered_map<std::string, std::size_t> place_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::io::FileOutputStream> sink_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

}  // namespace

std::unique_ptr<HistoryWriter> make_parquet_writer(Output& output) {
  const auto file = output.path();
  if (!file)
    throw Error(ErrorCode::kInvalidArgument, "Parquet needs a file: give it with --output FILE");
  return std::make_unique<ParquetWriter>(*file);
}

}  // namespace tracker::cli
